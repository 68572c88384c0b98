package machine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/doctor"
	"github.com/zeitwork/zeitwork/test/rig"
)

// Machine is a machine of its own. Its disk begins as the base and keeps what the machine writes until Close.
type Machine struct {
	Outside *Outside

	base        Base
	folder      string
	accelerator []string
	channel     *channel
	process     *process
}

// New makes a machine that is turned off, in a folder, which is to have a short path. The machine sees the files of the folder share in its second disk.
func New(ctx context.Context, base Base, folder, share string) (*Machine, error) {
	m := &Machine{base: base, folder: folder, accelerator: accelerator(ctx), channel: &channel{socket: filepath.Join(folder, "agent.sock")}}

	overlay := exec.CommandContext(ctx, "qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", base.disk(), m.disk())
	if _, err := rig.Run(overlay); err != nil {
		return nil, err
	}

	if err := makeDisk(ctx, share, m.shareDisk(), "1G"); err != nil {
		return nil, err
	}

	var err error

	m.Outside, err = newOutside(folder)

	return m, err
}

// accelerator returns what makes the emulator fast here: KVM where it carries guests, else the translation of code.
func accelerator(ctx context.Context) []string {
	found, _ := lo.Find(doctor.Examine(ctx, doctor.Options{}), func(f doctor.Finding) bool { return f.Part == "KVM" })
	if found.OK {
		return []string{"-accel", "kvm", "-cpu", "host", "-smp", "2"}
	}

	// With two processors Linux, which changes its own code while it runs, has been seen to crash: one of them sees a change too late.
	return []string{"-accel", "tcg,tb-size=1024", "-cpu", "max", "-smp", "1"}
}

func (m *Machine) disk() string { return filepath.Join(m.folder, "disk.qcow2") }

func (m *Machine) shareDisk() string { return filepath.Join(m.folder, "share.img") }

// Console is the file that the machine's console is written to.
func (m *Machine) Console() string { return filepath.Join(m.folder, "console.log") }

// Start turns the machine on and returns once it has started all that it starts by itself.
func (m *Machine) Start(ctx context.Context) error {
	const kernelArguments = "root=/dev/nvme0n1 rw console=ttyS0 quiet net.ifnames=0 mitigations=off nokaslr no5lvl systemd.show_status=0"

	arguments := append([]string{
		"-M", "q35", "-m", "1536M", "-no-reboot", "-nodefaults", "-display", "none", "-chardev", "file,id=console,append=on,path=" + m.Console(),
		"-serial", "chardev:console", "-kernel", m.base.kernel(), "-append", kernelArguments,
		"-drive", "if=none,id=disk,format=qcow2,cache=writeback,discard=unmap,file=" + m.disk(),
		"-drive", "if=none,id=share,format=raw,readonly=on,file=" + m.shareDisk(),
		// Of two NVMe disks either may get the first one's name.
		"-device", "nvme,drive=disk,serial=machine", "-device", "virtio-blk-pci,drive=share",
		"-netdev", "tap,id=link,ifname=" + linkName + ",script=no,downscript=no", "-device", "virtio-net-pci,netdev=link",
		"-device", "virtio-serial-pci", "-chardev", "socket,id=agent,server=on,wait=off,path=" + m.channel.socket,
		"-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
	}, m.accelerator...)

	m.channel.forget()

	if err := os.Remove(m.channel.socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the socket of the start before: %w", err)
	}

	var err error
	if m.process, err = m.Outside.start(exec.Command("qemu-system-x86_64", arguments...)); err != nil {
		return err
	}

	return m.Started(ctx)
}

// Started waits until the machine has started all that it starts by itself.
func (m *Machine) Started(ctx context.Context) error {
	output, err := m.Run(ctx, "", "systemctl", "is-system-running", "--wait")
	if err != nil {
		return err
	}

	if output.Code != 0 {
		failed, _ := m.Run(ctx, "", "systemctl", "--failed", "--no-legend", "--plain")

		return fmt.Errorf("the machine is %s: %s", output.Stdout, failed.Stdout)
	}

	return nil
}

// Reboot has the machine restart itself, and returns once it has started again.
func (m *Machine) Reboot(ctx context.Context) error {
	// The answer may be lost.
	_, _ = m.Run(ctx, "", "systemctl", "reboot", "--no-block")

	// The emulator ends where a machine would go on with its firmware.
	select {
	case <-m.process.ended:
		return m.Start(ctx)
	case <-ctx.Done():
		return fmt.Errorf("the machine does not end: %w", context.Cause(ctx))
	}
}

// CutPower ends the machine as a power cut does: what it had not written is lost.
func (m *Machine) CutPower() error {
	if m.process == nil {
		return nil
	}

	err := m.process.kill()
	m.process = nil

	return err
}

// Close ends the machine. Its folder is the caller's to remove.
func (m *Machine) Close() error { return errors.Join(m.CutPower(), m.Outside.remove()) }
