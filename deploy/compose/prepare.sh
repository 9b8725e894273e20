#!/bin/sh
# Makes what compose.yaml needs and no repository may hold: certificates, passwords, the keys of the log, of the vault and of a
# witness, and keys for tokens to try things out with. Into deploy/compose/secrets, which must not exist. Needs openssl, the
# program, and the right to give files away: each is read by the user of one container and by nobody else.
#
#   sudo deploy/compose/prepare.sh [PROGRAM]               thidua on the PATH unless given
#   podman unshare deploy/compose/prepare.sh [PROGRAM]     where containers run without root
set -eu
program=${1:-thidua}
umask 077
cd "$(dirname "$0")"
mkdir secrets secrets/tls
cd secrets

password() { openssl rand -hex 24; }

# One authority for the databases and the proxy. In service: your own authority's certificates, and its key not here.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=thidua trial authority" \
    -keyout ca.key -out tls/ca.pem 2> /dev/null
certificate() { # NAME ALTERNATIVE-NAMES
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2> /dev/null
    printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$2" > "$1.ext"
    openssl x509 -req -in "$1.csr" -CA tls/ca.pem -CAkey ca.key -CAcreateserial -days 365 -extfile "$1.ext" \
        -out "$1.pem" 2> /dev/null
    rm "$1.csr" "$1.ext"
}
certificate database DNS:database1,DNS:database2,DNS:database3
mv database.pem tls/server.pem
mv database.key tls/server.key
certificate localhost DNS:localhost,IP:127.0.0.1
cat localhost.pem localhost.key > proxy.pem
rm localhost.pem localhost.key ca.key tls/ca.srl 2> /dev/null || true

node=$(password) owner=$(password) postgres=$(password)
cat > database.env <<END
PATRONI_SUPERUSER_PASSWORD=$postgres
PATRONI_REPLICATION_PASSWORD=$(password)
PATRONI_REWIND_PASSWORD=$(password)
PGBACKREST_REPO1_CIPHER_PASS=$(password)
END
printf 'PGPASSWORD=%s\nOWNER_PASSWORD=%s\nNODE_PASSWORD=%s\n' "$postgres" "$owner" "$node" > create.env
echo "*:*:thidua:thidua:$node" > passwords
echo "*:*:thidua:thidua_owner:$owner" > owner-passwords

"$program" signer key --name trial.invalid/thidua --key log.key > log.public
"$program" vault key --key vault.key > /dev/null
witness=$("$program" witness key --name trial.invalid/witness --key witness.key)
printf 'log %s\nwitness trial %s http://witness:8090\nquorum trial\n' "$(cat log.public)" "$witness" > policy.txt
printf 'log %s\nquorum none\n' "$(cat log.public)" > witnessed.txt
"$program" token keys --dir tokens > /dev/null
cp tokens/jwks.json jwks.json
# The users of the images: 10001 thidua, 10002 postgres, 99 haproxy.
chmod 755 . tls
chmod 644 tls/ca.pem tls/server.pem jwks.json policy.txt witnessed.txt
chown 10002:10002 tls/server.key
chown 10001:10001 passwords owner-passwords log.key vault.key witness.key
chown 99:99 proxy.pem
echo "deploy/compose/secrets is ready; others verify the log with: $(cat log.public)"
echo "A token: $program token mint --key deploy/compose/secrets/tokens/signing-key.pem --client so-noi-vu"
