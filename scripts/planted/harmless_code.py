"""Look-alikes in programs and settings: names of secrets without any."""

from planted.snippet import Form
from planted.templates import texts

KINDS: dict[str, list[Form]] = {
    "count of tokens": texts(r"""
token_count={number3}
max_tokens: {number4}
"input_tokens": {number2},
--max-tokens {number5}
total_tokens={number6} cache_read_tokens={number7}
tokens: {number5} in, {number4} out
const MAX_TOKENS = {number6};
password_min_length = {number2}
TOKEN_TTL={number5}
keepalive={number4}
"""),
    "type": texts(r"""
{word}Password: string;
interface {camel} { password: string; apiKey?: string }
def login_{word}(user: str, password: str) -> Token:
password: Option<String>, // {word}
fn {word}_token(&self) -> Result<AccessToken, {camel}Error>
private String {word}Password;
{word}_secret: z.string().min({number2})
password VARCHAR({number3}) NOT NULL
"{word}Token": {"type": "string"}
token: TokenStream, {word}: Span
"""),
    "placeholder": texts(r"""
{upper}_API_KEY=your-api-key-here
{upper}_TOKEN=<your-token>
{upper}_PASSWORD=changeme
"{word}ApiKey": "YOUR_API_KEY"
{upper}_SECRET=xxxxxxxxxxxxxxxx
{word}_password: '********'
{upper}_TOKEN=
{upper}_SECRET=[redacted]
{word}_token = ""
{word}_api_key: null
{upper}_PASSWORD=...
{word}_secret: TODO
{upper}_TOKEN=none
"""),
    "variable": texts(r"""
{upper}_TOKEN=$GITHUB_TOKEN
{word}_token: ${{ secrets.{upper} }}
{word}_key = os.environ["{upper}_API_KEY"]
const {word}Secret = process.env.{upper}_SECRET;
{word}_password = get_password({word})
export {upper}_TOKEN=$(gh auth token)
Authorization: Bearer $TOKEN_{number4}
Authorization: Bearer ${{word}Token}
curl -u $USER:$PASS_{number4}
echo $TOKEN_{number4} | docker login -u {word} --password-stdin
echo "${{{upper}_TOKEN}}" | gh auth login --with-token
cat {word}.txt | docker login --password-stdin
fmt.Sprintf("%s:%s@tcp(%s:{number4})/{word}", user, pass, host)
root:${DB_PASSWORD}@tcp(db:3306)/{word}
{word}Token = config.get("{word}.token")
password=${DB_PASSWORD_{number4}}
{word}_secret = var.{word}_client_secret
apiKey: settings.{word}.apiKey,
let {word}_token = std::env::var("{upper}_TOKEN")?;
PASSWORD=`cat /run/{word}/{number4}`
{word}_token: !Ref {camel}Parameter
self.{word}_password = password
client_secret: {{ .Values.{word}.secret }}
f"postgres://{user}:{pw}{at}{host}/{word}"
"""),
    "name of a secret": texts(r"""
secretName: my-{word}-secret
valueFrom:\n  secretKeyRef:\n    key: {word}-token
api_key_file = '~/.config/{word}/key'
ssh-add ~/.ssh/id_{word}
password_file: /run/secrets/{word}_password
<input name="{word}_csrf_token">
credential.helper=cache --timeout={number5}
SELECT password_hash FROM {word}s
primary_key: {word}_id
sort_key={word}_at
token_url: https://{host}/token
{word}:key:{number6}
tokenizer = AutoTokenizer.from_pretrained("{word}-base")
--api-key-file ~/.{word}/key
key={word} value={word}
KEY_{upper}_ENTER
"""),
    "minified": texts(r"""
!function(e,t){"use strict";var n={word},r=t[{number4}];e.exports=n(r,"{hex6}")}(this,{number3});
a.{word}=function(b){return b?c({number3},d.e):f.g[{number4}]||h},i=j(k,{number5}),
.{word}{color:#{hex6};background:#{hex3};margin:0 {number2}px}
"""),
    "styles": texts(r"""
color: #{hex6}; border: 1px solid #{hex8};
--{word}-{word}: #{hex6};
class="flex items-center justify-between px-{number1} py-2 text-sm md:w-{number2} hover:bg-gray-100"
className="{word}-card_root__{alnum5} {word}-card_wide__{alnum5}"
{word}.module.css?{alnum8}
"""),
}
