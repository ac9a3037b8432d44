#!/usr/bin/env bash
# Runs the image's own entrypoint as the image's own user, for the test suite: scripts/image-test.sh sets the variables.
# Mounts are made in a private mount namespace, so nothing is left behind however this process ends.
#   BMA_TEST_IMAGE_ROOT  the mounted image
#   BMA_TEST_ROOT        directory that suite and server share, at the same path on both sides
# Only variables of the server's contract reach it, as in a container.
set -euo pipefail

kept=()
while IFS= read -r -d '' entry; do
  case $entry in BMA_TEST_*) ;; BMA_* | AWS_* | OTEL_*) kept+=("$entry") ;; esac
done < <(env -0)

# shellcheck disable=SC2016
exec unshare --mount --propagation private bash -c '
  set -eu
  root=$BMA_TEST_IMAGE_ROOT shared=$BMA_TEST_ROOT
  mkdir -p "$root$shared"
  mount --bind "$shared" "$root$shared"
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  exec chroot --userspec=10001:10001 "$root" /usr/bin/env -i NODE_ENV=production \
    PATH=/opt/agent/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    BMA_ADOPTS_ORPHANS=true "$@" /usr/bin/tini -s -- node /opt/agent/lifecycle/server.js
' run-in-image "${kept[@]}"
