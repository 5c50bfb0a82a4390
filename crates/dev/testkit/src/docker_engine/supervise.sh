# Keeps one dockerd on orders from stdin: `start`, `stop`, end of file (also when the test dies).
# $1 network namespace, $2 engine address, $3 directory; the rest is dockerd's command line.
namespace=$1 address=$2 dir=$3 daemon=
shift 3
stop() { [ -n "$daemon" ] && kill "$daemon" && wait "$daemon"; daemon=; }
while read -r order; do
  case $order in
    start) "$@" >>"$dir/dockerd.log" 2>&1 </dev/null & daemon=$! ;;
    stop) stop ;;
  esac
done
containers=$(docker -H "$address" ps -aq) && [ -n "$containers" ] &&
  docker -H "$address" rm -f $containers
stop
ip netns del "$namespace"
umount "$dir"/exec/netns/* 2>/dev/null
rm -rf "$dir"
