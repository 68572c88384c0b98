package machine

// suite is the Debian release of machines.
const suite = "trixie"

// offered is a package that the machine can install without a network, from a folder of its own.
const offered = "catatonit"

const offeredFolder = "/srv/packages"

// packages are those that the machine has.
func packages() []string {
	return []string{
		// An operator fetches what makes the machine a node.
		"curl",
		// linux-image-cloud-amd64 is Debian's kernel with the drivers of the disk built in, so that it starts without an initrd.
		"linux-image-cloud-amd64", "systemd-sysv", "dbus", "udev", "kmod", "procps", "iproute2", "qemu-guest-agent", "ca-certificates", "e2fsprogs",
		"nftables", "containerd", "runc", "ufw", "docker.io", "iptables", "apparmor",
	}
}

// confined are the programs whose AppArmor profiles the machine loads: at each start it would parse a hundred, of programs that it does not have.
func confined() []string { return []string{"runc"} }

// files are what the machine has in place of the packages' own, by their paths.
func files() map[string]string {
	return map[string]string{
		"etc/fstab":    "/dev/nvme0n1 / ext4 defaults,noatime 0 1\n",
		"etc/hostname": "machine\n",
		"etc/hosts":    "127.0.0.1 localhost machine\n",
		// VMs get this nameserver. It is at the other end of the link, and nobody answers there.
		"etc/resolv.conf":      "nameserver " + Gateway + "\n",
		"etc/machine-id":       "6d616368696e65206f66207468652074\n",
		"etc/apt/sources.list": "deb [trusted=yes] file:" + offeredFolder + " ./\n",
		"etc/systemd/network/link.network": "[Match]\nName=eth0\n[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n" +
			"Address=" + Address + "/24\nGateway=" + Gateway + "\n",
		// The journal outlives a reboot, so that a test that fails can show it.
		"etc/systemd/journald.conf.d/test.conf": "[Journal]\nStorage=persistent\n",
	}
}

// masked are units that are of no use here and take seconds to start.
func masked() []string {
	return []string{
		"getty.target", "getty@tty1.service", "serial-getty@ttyS0.service", "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer",
		"systemd-pcrphase.service", "systemd-random-seed.service", "systemd-networkd-wait-online.service", "modprobe@drm.service", "modprobe@efi_pstore.service",
		"systemd-hwdb-update.service", "ldconfig.service", "systemd-journal-catalog-update.service", "systemd-firstboot.service", "systemd-binfmt.service",
		"proc-sys-fs-binfmt_misc.automount", "systemd-pstore.service", "systemd-update-utmp.service",
	}
}
