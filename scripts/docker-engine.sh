#!/bin/sh
# Makes sure that a Docker engine answers, and starts Debian's own by hand where no init system does.
#
#   docker-engine.sh start    use the engine that answers, or start one; exit 3 when this machine cannot run one
#   docker-engine.sh stop     end the engine that this script started, with all it holds; any other is left alone
#   docker-engine.sh status   say which engine answers; exit 1 when none does
#
# The engine started here keeps to itself: its data, state and log live in directories of its own, and it neither makes
# a default bridge nor touches the machine's firewall and forwarding. SVRLAB_ENGINE_DIR moves the data directory.
set -eu

data=${SVRLAB_ENGINE_DIR:-/var/lib/svrlab-engine}
exec_root=/run/svrlab-engine
pid_file=$exec_root/dockerd.pid
log=$data/dockerd.log
start_timeout_s=60
stop_timeout_s=30

say() { echo "docker-engine: $*"; }

cannot() {
  say "no engine can start here: $*" >&2
  exit 3
}

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

describe() {
  docker info --format \
    'version {{.ServerVersion}}, storage driver {{.Driver}}, cgroup v{{.CgroupVersion}}, data in {{.DockerRootDir}}'
}

command_line() { tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" || true; }

# What has ended but was not yet reaped still has a process id, but no command line.
runs() { command_line "$1" | grep -q -- "dockerd .*--exec-root=$exec_root "; }

our_pid() {
  [ -r "$pid_file" ] && pid=$(cat "$pid_file") && runs "$pid" && echo "$pid"
}

# The engine, its containerd and the shims all name its private directory in their arguments.
left_behind() {
  for directory in /proc/[0-9]*; do
    pid=${directory#/proc/}
    if command_line "$pid" | grep -q -- "^[^ ]*\(dockerd\|containerd\).*[ =]$exec_root[/ ]"; then echo "$pid"; fi
  done
}

check_machine() {
  [ "$(id -u)" = 0 ] || cannot "starting one needs root, this is $(id -un)"
  for program in docker dockerd containerd runc iptables; do
    command -v "$program" >/dev/null || cannot "there is no $program; on Debian: apt-get install docker.io iptables"
  done
  grep -q ' cgroup2\? ' /proc/mounts ||
    cannot 'no cgroup hierarchy is mounted; on Debian: apt-get install cgroupfs-mount'
}

# overlayfs does not lie on every filesystem, on another overlayfs for instance; vfs copies whole layers but works
# anywhere.
storage_driver() {
  probe=$data/overlay-probe
  layers=lowerdir=$probe/lower,upperdir=$probe/upper,workdir=$probe/work
  mkdir -p "$probe/lower" "$probe/upper" "$probe/work" "$probe/merged"
  if mount -t overlay overlay -o "$layers" "$probe/merged" 2>/dev/null; then
    umount "$probe/merged"
    echo overlay2
  else
    echo vfs
  fi
  rm -rf "$probe"
}

start() {
  command -v docker >/dev/null || cannot 'there is no docker; on Debian: apt-get install docker.io'
  if answers; then
    say "using the engine that answers already: $(describe)"
    return
  fi
  [ -z "${DOCKER_HOST:-}" ] || cannot "DOCKER_HOST is set to $DOCKER_HOST and nothing answers there"
  check_machine

  mkdir -p "$data" "$exec_root"
  # Of an engine that was killed: process ids that are no longer what they say.
  rm -f "$pid_file" "$exec_root/containerd/containerd.pid"
  driver=$(storage_driver)
  say "starting dockerd with storage driver $driver, data in $data, log in $log"
  setsid dockerd \
    --data-root="$data/data" --exec-root="$exec_root" --pidfile="$pid_file" --storage-driver="$driver" \
    --bridge=none --iptables=false --ip-forward=false --ip-masq=false \
    >"$log" 2>&1 </dev/null &
  started=$!

  waited_s=0
  until answers; do
    if ! kill -0 "$started" 2>/dev/null; then
      tail -n 5 "$log" >&2
      cannot "dockerd ended at once; its last words are above, all of them in $log"
    fi
    if [ "$waited_s" -ge "$start_timeout_s" ]; then
      stop_ours "$started"
      cannot "dockerd did not answer within $start_timeout_s s; see $log"
    fi
    sleep 1
    waited_s=$((waited_s + 1))
  done
  say "started: $(describe)"
}

stop_ours() {
  kill -TERM "$1"
  waited_s=0
  while runs "$1" && [ "$waited_s" -lt "$stop_timeout_s" ]; do
    sleep 1
    waited_s=$((waited_s + 1))
  done
  for pid in $(left_behind); do
    say "killing process $pid, which did not end by itself"
    kill -KILL "$pid" 2>/dev/null || true
  done
  awk -v ours="^($exec_root|$data)/" '$2 ~ ours { print $2 }' /proc/mounts |
    sort --reverse | xargs --no-run-if-empty umount
  rm -rf "$exec_root"
}

stop() {
  if ! pid=$(our_pid); then
    if [ ! -e "$pid_file" ]; then
      say 'no engine of this script is running'
      return
    fi
    say 'the engine was killed; it is started once more, since only it knows what it left behind'
    start
    pid=$(our_pid) || cannot 'another engine answers in its place'
  fi
  # Bridges outlive their engine, so the networks go first, and the containers before them.
  if answers; then
    docker ps --all --quiet | xargs --no-run-if-empty docker rm --force >/dev/null
    docker network prune --force >/dev/null
  fi
  stop_ours "$pid"
  say "stopped; images stay in $data"
}

status() {
  if ! answers; then
    say 'no engine answers'
    return 1
  fi
  if pid=$(our_pid); then whose="started here, process $pid"; else whose='not started here'; fi
  say "$(describe) ($whose)"
}

case ${1:-} in
  start | stop | status) "$1" ;;
  *)
    echo 'usage: docker-engine.sh start|stop|status' >&2
    exit 2
    ;;
esac
