# Starts a machine: systemd on a copy of this system that is gone with it. Its files, processes,
# names and network are its own. The first argument is an empty folder, the second the name of a
# group of processes.
set -e
mount --make-rprivate /
if [ "$3" != inside ]; then
  groups=$(mktemp -d)
  mount -t cgroup2 none "$groups"
  mkdir "$groups/$2"
  echo $$ > "$groups/$2/cgroup.procs"
  umount "$groups"
  rmdir "$groups"
  exec unshare --pid --mount --net --uts --ipc --cgroup --fork --kill-child sh "$0" "$1" "$2" inside
fi
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mount -t proc proc proc
# The settings of the kernel are those of the real machine.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t tmpfs tmpfs sys/fs/cgroup
mount -t cgroup2 none sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755,nosuid tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
for device in full null random tty urandom zero; do
  touch "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ip link set lo up
# In containers packages may start nothing.
rm -f usr/sbin/policy-rc.d
mkdir old
echo the first process is there
pivot_root . old
exec chroot . sh -c 'exec > /dev/null; umount -l /old && rmdir /old &&
  exec env -i container=nws PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=basic.target --show-status=no'
