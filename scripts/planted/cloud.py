"""Keys of Amazon's, Google's and Microsoft's clouds."""

import json
import urllib.parse

from planted.chance import ALNUM, BASE32, BASE64, URL64, Chance
from planted.pem import pem
from planted.snippet import Form, Snippet, bare, named, token

AWS_SECRET_NAME = "aws_secret_access_key"
AZURE_SECRET = ALNUM + "_~.-"


def aws_key_id(chance: Chance) -> Snippet:
    return bare(chance.choice(["AK" "IA", "AS" "IA"]), chance.some(16, BASE32))


def aws(template: str) -> Form:
    """Makes texts with a key's id, as {id}, and the secret that belongs to it, as {secret}."""

    def make(chance: Chance) -> Snippet:
        secret = chance.some(40, BASE64)
        text = template.replace("{id}", aws_key_id(chance).text).replace("{secret}", secret)
        return Snippet(text, (secret,), (AWS_SECRET_NAME, secret))

    return make


def aws_session_token(chance: Chance) -> Snippet:
    session = "IQoJb3JpZ2lu" + chance.some(chance.randint(280, 400), BASE64) + "=="
    template = chance.choice(["export AWS_SESSION_TOKEN={}", "aws_session_token = {}", '"SessionToken": "{}",'])
    return Snippet(template.replace("{}", session), (session[12:-2],), ("SessionToken", session))


def service_account(chance: Chance) -> Snippet:
    """The file that Google gives a program."""
    project = f"{chance.word()}-{chance.number(6)}"
    lines = pem(chance, "PRIVATE KEY")
    account = {"type": "service_account", "project_id": project, "private_key_id": chance.hex(40),
               "private_key": lines.joined("\n") + "\n",
               "client_email": f"{chance.name()}@{project}.iam.gserviceaccount.com", "client_id": chance.number(21),
               "token_uri": "https://oauth2.googleapis.com/token"}
    text = json.dumps(account, indent=chance.choice([2, None]))
    return Snippet(text, lines.secrets, ("private_key", account["private_key"]))


def storage_key(chance: Chance) -> Snippet:
    key = chance.some(86, BASE64) + "=="
    account = f"AccountName={chance.word()}{chance.number(4)};Account" f"Key={key}"
    text = f"DefaultEndpointsProtocol=https;{account};EndpointSuffix=core.windows.net"
    name = chance.choice(["", "", "AZURE_STORAGE_CONNECTION_STRING=", "connectionString: "])
    return Snippet(name + text, (key[:-2],), ("connectionString", text))


def client_secret(chance: Chance) -> Snippet:
    """What an application registered with Microsoft has."""
    secret = chance.some(3, AZURE_SECRET) + chance.choice("78") + "Q~" + chance.some(34, AZURE_SECRET)
    return Snippet(secret, (secret,), ("value", secret), is_bare=True)


def shared_access(chance: Chance) -> Snippet:
    signature = urllib.parse.quote(chance.some(43, BASE64), safe="")
    address = f"https://{chance.word()}.blob.core.windows.net/{chance.word()}/{chance.word()}.csv"
    query = f"?sv=2024-11-04&ss=b&srt=sco&sp=rl&se=2027-01-01T00:00:00Z&spr=https&sig={signature}%3D"
    return Snippet(address + query, (signature,), ("url", address + query))


KINDS: dict[str, list[Form]] = {
    "AWS key id": [aws_key_id, named(aws_key_id, "AWS_ACCESS_KEY_ID={}", '"AccessKeyId": "{}",')],
    "AWS secret key": [
        aws(f"[default]\naws_access_key_id = {{id}}\n{AWS_SECRET_NAME} = {{secret}}\nregion = eu-west-1"),
        aws("export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}"),
        aws("AWS_SECRET_ACCESS_KEY='{secret}'"),
        aws('{"AccessKeyId": "{id}", "SecretAccessKey": "{secret}", "Expiration": "2027-01-01T00:00:00Z"}'),
        aws(f'"{AWS_SECRET_NAME}": "{{secret}}"'),
        aws(f"aws:\n  aws_access_key_id: {{id}}\n  {AWS_SECRET_NAME}: {{secret}}"),
        aws("Access key ID,Secret access key\n{id},{secret}"),
        aws("The key is {id} and its secret {secret} as far as I know."),
        aws('provider "aws" {\n  access_key = "{id}"\n  secret_key = "{secret}"\n}'),
        aws("aws configure set aws_secret_access_key {secret}"),
    ],
    "AWS session token": [aws_session_token],
    "Google API key": [token("AI" "za", 35, URL64), named(token("AI" "za", 35, URL64), "key={}&q=x", "apiKey: '{}',")],
    "Google OAuth secret": [token("GOC" "SPX-", 28, URL64),
                            named(token("GOC" "SPX-", 28, URL64), '"client_secret":"{}","redirect_uris":[]')],
    "Google service account": [service_account],
    "Azure storage key": [storage_key],
    "Azure client secret": [client_secret, named(client_secret, "AZURE_CLIENT_SECRET={}", '"clientSecret": "{}"')],
    "Azure SAS": [shared_access],
}
