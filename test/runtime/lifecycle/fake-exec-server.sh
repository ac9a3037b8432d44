#!/bin/sh
# Stands in for Codex where a test needs an exec server that crashes, hangs or leaves processes behind.
# Runs in the workspace, so the file `mode` there says how to behave and `starts.log` shows each start.
echo "$$ $*" >>starts.log
env | cut -d= -f1 | sort >environment.log
marker=$(cat marker 2>/dev/null || echo 1000)
case $(cat mode 2>/dev/null) in
crash) exit 7 ;;
crash-with-children)
  sleep "$marker" &
  exit 7
  ;;
secretive)
  echo "environment registry request failed (403 Forbidden): {\"message\":\"hunter2\"} rm -rf /" >&2
  exit 1
  ;;
stubborn)
  trap '' TERM
  echo ready >ready.log
  while :; do sleep 0.2; done
  ;;
children)
  setsid sleep "$marker" &
  sleep "$marker" &
  exec cat >/dev/null
  ;;
*) exec cat >/dev/null ;;
esac
