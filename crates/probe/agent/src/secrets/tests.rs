//! The rules, by example: what is masked, and what must stay readable.

use super::*;

/// Checks a line whose arguments are separated by `|`; masks are written as `#`.
#[track_caller]
fn check(arguments: &str, expect: &str) {
    let line = Secrets::Masked.line(arguments.split('|'));
    assert_eq!(line.replace(MASK, "#"), expect);
}

/// Checks a line in which nothing is secret.
#[track_caller]
fn stays(arguments: &str) {
    check(arguments, &arguments.replace('|', " "));
}

#[test]
fn options_with_telling_names() {
    check("app|--password=hunter2", "app --password=#");
    check("app|--password|hunter2|--port|80", "app --password # --port 80");
    check("app|-password|hunter2", "app -password #");
    check("app|--password=two words, really", "app --password=#");
    check("app|--db-password=a,b;c&d=e", "app --db-password=#");
    check("app|--token|abc.def", "app --token #");
    check("scope|--probe.token=s3cr3t|--mode=probe", "scope --probe.token=# --mode=probe");
    check("redis-server|--requirepass|foobared", "redis-server --requirepass #");
    check(
        "java|-Djavax.net.ssl.keyStorePassword=changeit|Main",
        "java -Djavax.net.ssl.keyStorePassword=# Main",
    );
    check("app|--api-key|0123abcd", "app --api-key #");
    check("app|--clientSecret=x9", "app --clientSecret=#");
    check("plink|-pw|hunter2|host", "plink -pw # host");
    check(
        "kubectl|create|secret|generic|s|--from-literal=a=b=c",
        "kubectl create secret generic s --from-literal=a=#",
    );
    // A password that could be an option is one unless it is plainly an option.
    check("app|--password|-Xy7-q", "app --password #");
    stays("app|--password|--port|80");
    stays("app|--password|-v");
}

#[test]
fn what_only_speaks_of_secrets_stays() {
    stays("app|--password-file=/run/pw|--token-ttl|30s|--max-tokens=4096|--secret-name|db");
    stays("app|--password-stdin|user");
    stays("ansible-playbook|--ask-pass|site.yml");
    stays("app|--password=$DB_PASSWORD|--token=${TOKEN}|--auth-token=/var/run/secrets/io/token");
    stays("app|--no-password|db|--password=true|--token=");
    stays("app|--private-key=server.key|--tls-key|/etc/ssl/a/key.pem|--key|main");
    stays("nginx|-g|daemon off;|-p|80:80|--author=joe|--keyboard=de");
    stays("nginx: worker process");
    stays("sshd: root@pts/0");
    stays("postgres: 14/main: walsender repl 10.0.0.1(5432) streaming 0/3000148");
    stays("docker|run|-p|80:80|redis:7@sha256:0123456789abcdef0123456789abcdef");
    stays("docker|pull|registry:5000/vault-secret:1.2");
    stays("rsync|-a|joe@host:/srv/token|git@github.com:a/b.git|mailto:joe@example.org");
    stays("dd|if=/dev/zero|of=/x|bs=1M|pass|the|salt");
    stays("/opt/my app/run|--name=passenger|http://host:8080/a/@b/c|https://joe@host/x");
    stays("ssh|-p|2222|host");
}

#[test]
fn assignments_and_lines_within() {
    check("env|PGPASSWORD=hunter2|psql", "env PGPASSWORD=# psql");
    check(
        "docker|run|-e|MYSQL_ROOT_PASSWORD=x y|mysql",
        "docker run -e MYSQL_ROOT_PASSWORD=# mysql",
    );
    check("docker|run|--env=API_TOKEN=abc9", "docker run --env=API_TOKEN=#");
    check(
        "sh|-c|PASSWORD=hunter2 exec app --token=t0k --port=80",
        "sh -c PASSWORD=# exec app --token=# --port=80",
    );
    check("bash|-lc|app --password 'a b' -v", "bash -lc app --password '#' -v");
    check(
        "sh|-c|curl -H 'Authorization: Bearer abc' https://h/x",
        "sh -c curl -H 'Authorization: #' https://h/x",
    );
    check("sh|-c|echo it's; app --token=abcd", "sh -c echo it's; app --token=#");
    check("app --password=hunter2 --port=80", "app --password=# --port=80");
    check("java|JAVA_OPTS=-Dx.password=hunter2 -Dy=z", "java JAVA_OPTS=-Dx.password=# -Dy=z");
    stays("env|PWD=/srv|OLDPWD=/|HOME=/srv|app");
    stays("sh|-c|test \"$PASSWORD\" == x && echo");
}

#[test]
fn known_programs() {
    check("/usr/bin/mysql|-uroot|-phunter2|db", "/usr/bin/mysql -uroot -p# db");
    stays("mysql|-p|db");
    check("sudo|mysqldump|-phunter2", "sudo mysqldump -p#");
    check("mongosh|-u|a|-p|b", "mongosh -u a -p #");
    check("redis-cli|-a|pw|ping", "redis-cli -a # ping");
    check("sshpass|-p|pw|ssh|-p|22|h", "sshpass -p # ssh -p # h");
    check("sshpass|-ppw|ssh|h", "sshpass -p# ssh h");
    check("curl|-sSu|joe:pw|http://h", "curl -sSu joe:# http://h");
    check("curl|--user|joe:pw|-b|a=b; c=d|-o|x", "curl --user joe:# -b # -o x");
    check("curl|--user=joe:pw", "curl --user=joe:#");
    stays("curl|-u|joe|-b|cookies.txt|-o|out");
    stays("docker|run|--user|1000:1000|-u|app:app|curl-image");
    check("ldapsearch|-D|cn=x|-w|pw", "ldapsearch -D cn=x -w #");
    check("docker|login|-u|joe|-p|pw|host", "docker login -u joe -p # host");
    check("smbclient|//h/s|-U|joe%pw", "smbclient //h/s -U joe%#");
    check("openssl|req|-key|k.pem|-passin|pass:pw", "openssl req -key k.pem -passin pass:#");
    check("7z|x|-ppw|a.7z", "7z x -p# a.7z");
    check("scope|probe|s3cr3t@app:4040|https://t0k@h", "scope probe #@app:4040 https://#@h");
}

#[test]
fn addresses() {
    check("app|postgres://joe:pw@db:5432/x?a=b", "app postgres://joe:#@db:5432/x?a=b");
    check("app|redis://:pw@h/0", "app redis://:#@h/0");
    check("app|mongodb://a:p,w@h1,h2/db", "app mongodb://a:#@h1,h2/db");
    check("app|amqp://a:p/w@h/v", "app amqp://a:#@h/v");
    check("app|https://h/p?token=abc9&page=2", "app https://h/p?token=#&page=2");
    check(
        "app|jdbc:mysql://h/d?user=a&password=b&x=y",
        "app jdbc:mysql://h/d?user=a&password=#&x=y",
    );
    check("app|joe:pw@host:80", "app joe:#@host:80");
    check("git|clone|https://x1Yz9Qw8Er7Ty6Ui5@h/r.git", "git clone https://#@h/r.git");
    check(
        "curl|https://hooks.slack.com/services/T0/B0/x",
        "curl https://hooks.slack.com/services/#",
    );
    check("app|Server=h;User Id=sa;Password=p w;Db=x", "app Server=h;User Id=sa;Password=# w;Db=x");
    check(
        "az|https://x.blob.core.windows.net/c?sv=2020&sig=aB3%2Fd9Kx8Qz7Lm2Wn5",
        "az https://x.blob.core.windows.net/c?sv=2020&sig=#",
    );
}

#[test]
fn shapes_of_credentials() {
    check("app|AKIAIOSFODNN7EXAMPLE|x", "app # x");
    check("app|id=AKIAIOSFODNN7EXAMPLE,", "app id=#,");
    check("app|ghp_0123456789abcdefghijklmnopqrstuvwxyz", "app #");
    check("app|xoxb-1234567890-abcdef", "app #");
    check("app|eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "app #");
    check("app|x:glpat-0123456789abcdefghij", "app x:#");
    check("app|sk-proj-Abc0123456789defghijkl", "app #");
    check("app|admin:$2y$05$abcdefghijklmnopqrstuv", "app admin:#");
    check("app|-H|Authorization: Digest username=\"a\", response=\"b\"", "app -H Authorization: #");
    check("app|-H|X-Api-Key: abc9", "app -H X-Api-Key: #");
    check("app|-H|Basic am9lOnB3|-H|Bearer abcdefg1", "app -H Basic # -H Bearer #");
    check(
        "app|-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n",
        "app -----BEGIN RSA PRIVATE KEY-----#-----END RSA PRIVATE KEY-----\n",
    );
    check("app|-----BEGIN EC PRIVATE KEY----- MIIE", "app -----BEGIN EC PRIVATE KEY-----#");
    check(
        "app|{\"user\":\"a\",\"password\": \"b\\\"c\",\"x\":1}",
        "app {\"user\":\"a\",\"password\": \"#\",\"x\":1}",
    );
    check("app|{\\\"token\\\":\\\"abc\\\"}", "app {\\\"token\\\":\\\"#\"}");
    check("app|--key=q8Xn2LrV0pZsK4tB", "app --key=#");
    stays("app|-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----");
    stays("scikit|sk-learn-pipeline-production|AKIA|eyJ|basic authentication|bearer of news");
    stays("app|--commit=5f4dcc3b5aa765d61d8327deb882cf99|123e4567-e89b-12d3-a456-426614174000");
}

#[test]
fn labels_and_variables() {
    let check = |name: &str, value: &str, expect: &str| {
        assert_eq!(Secrets::Masked.value(name, value).replace(MASK, "#"), expect, "{name}");
        assert_eq!(Secrets::Told.value(name, value), value);
    };
    check("POSTGRES_PASSWORD", "hunter2", "#");
    check("com.example.api-key", "abc9", "#");
    check("DATABASE_URL", "postgres://a:b@h/d", "postgres://a:#@h/d");
    check(
        "traefik.http.middlewares.a.basicauth.users",
        "joe:$apr1$abcdefgh$ijklmnopqrstuv",
        "joe:#",
    );
    check("JAVA_OPTS", "-Xmx1g -Dpassword=x", "-Xmx1g -Dpassword=#");
    check("POSTGRES_PASSWORD_FILE", "/run/secrets/pw", "/run/secrets/pw");
    check("PWD", "/srv", "/srv");
    check("com.docker.compose.config-hash", &"5f4dcc3b".repeat(8), &"5f4dcc3b".repeat(8));
    check("maintainer", "Joe <joe@example.org>", "Joe <joe@example.org>");
    check("org.opencontainers.image.source", "https://github.com/a/b", "https://github.com/a/b");
    check("SECRET", "", "");
}

#[test]
fn turned_off_everything_is_told() {
    assert_eq!(Secrets::Told.line(["app", "--password=x"]), "app --password=x");
}

/// Whatever strangers write: no harm, and time in proportion to its length.
#[test]
fn hostile_text_does_no_harm() {
    let pieces = [
        "password=",
        "key=",
        "secret:\"",
        "$1$",
        "://",
        "a:b@",
        "eyJ_",
        "sk-",
        "Bearer ",
        "'",
        "\"",
        "\\\"",
        "token",
        "=",
        ":",
        "-----BEGIN PRIVATE KEY-----",
        "-c ",
        "\u{f6}",
        "/",
        " ",
        "@",
        "hooks.slack.com/services/",
        "--password ",
        "mysql -p",
        "$",
        "{SHA}",
        "Cookie: ",
    ];
    for first in pieces {
        for second in pieces {
            let text = [first, second].concat().repeat(40);
            Secrets::Masked.line(["sh", "-c", &text]);
            Secrets::Masked.line([text.as_str()]);
            Secrets::Masked.value(&text, &text);
        }
        let long = first.repeat(MASKED_BYTES_MAX);
        assert!(Secrets::Masked.line([long.as_str(), "x"]).len() <= MASKED_BYTES_MAX * 9);
    }
}
