"""Look-alikes in prose, addresses and paths."""

from planted.snippet import Form
from planted.templates import texts

KINDS: dict[str, list[Form]] = {
    "address": texts(r"""
https://{host}/{word}/{number4}?page={number2}&sort=asc
{name}@{host}
http://{host}:{number4}
git@github.com:acme/{word}-{number3}.git
scp {word}.txt {name}@{host}:/srv/{word}
postgres://{host}:5432/{word}
redis://{host}:6379/{number1}
ssh://git@{host}:22/{word}
mongodb://{name}@{host}/{word}
npm:@{word}/{word}@{version}
mailto:{name}@{host}?subject=Hi
https://{host}/@{name}/{word}:{number3}
rsync -a {word}/ {name}@{host}:{word}/
https://{host}/search?q=key%3Avalue&token_type=bearer&n={number3}
http://[::1]:{number4}/{word}
"""),
    "path": texts(r"""
/home/ada/src/{word}/target/debug/build/{word}-{hex16}/out/{word}_bindings_generated_{number3}.rs
node_modules/.pnpm/@{word}+{word}@{version}_@types+node@{version}/node_modules/@{word}/{word}/index.d.ts
C:\Users\ada\AppData\Local\{word}\{word}{number4}\bin
src/{word}/secrets/{word}_token.rs:{number3}:17
/nix/store/{hex32}-{word}-{version}/bin
"""),
    "name": texts(r"""
{camel}{camel}FactoryBeanPostProcessor
com.example.{word}.{camel}AuthenticationTokenProviderFactory
{word}_{word}_{word}_{word}_{word}_{number3}
test_{word}_rejects_a_password_that_is_too_short_{number3}
{upper}_{upper}_{upper}_{number2}
org.springframework.{word}.{camel}{number2}
k8s-{word}-{word}-deployment-{hex10}-{alnum5}
"""),
    "version or time": texts(r"""
{package} {version}-rc.{number1}+build.{number4}
2026-03-0{number1}T1{number1}:22:33.{number3}Z
^{version} || >={version}
{number10}
1.2.{number3}.{number2}
v{version}
Mar  1 10:0{number1}:11 {host} sshd[{number5}]: Accepted publickey for {name}
"""),
    "table": texts(r"""
| {word} | {number4} | {version} |\n| --- | --- | --- |\n| {word} | {hex7} | token |
NAME            READY  STATUS   AGE\n{word}-{hex10}-{alnum5}  1/1    Running  {number2}d
| password | string | yes | the {word}'s password, {number2} characters at least |
"""),
    "prose": texts(r"""
Reset the password of {name} and ask {name} for a new token, case {number5}.
sk-learn {version} reads the sk-SK locale of {word}
The key: {word} before {word}, says page {number3}.
A JWT begins with eyJ, see chapter {number3}, and has three parts.
password: the one of {word} {number4}
Basic authentication was turned off in version {version} of {word}.
ASIAN-{word}-{number3} and AKIA are names
Its secret is that {word} {word} {word} {number4}
Bearer tokens of {word} expire after {number4} seconds
sk-estimator-checks-for-{word}-{number4}
pypi-publish-{word}-{number4}
ghp_ and glpat- of {word} {number4}
SG.{word}.{number3}
hf_{word}_{word}_{number4}
npm_config_{word}={number4}
"""),
}
