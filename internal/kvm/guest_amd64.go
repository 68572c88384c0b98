package kvm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"
)

// Requests of the KVM API, version 12 (linux/kvm.h, amd64).
const (
	kvmGetAPIVersion = 0xAE00
	kvmCreateVM      = 0xAE01
	kvmVCPUMmapSize  = 0xAE04
	kvmCreateVCPU    = 0xAE41
	kvmSetMemory     = 0x4020AE46
	kvmRun           = 0xAE80
	kvmSetRegisters  = 0x4090AE82
	kvmGetSpecial    = 0x8138AE83
	kvmSetSpecial    = 0x4138AE84

	kvmAPIVersion   = 12
	kvmExitIO       = 2
	kvmExitHalt     = 5
	kvmExitInternal = 17
)

const (
	guestMemory  = 0x1000
	guestAddress = 0x1000

	registersBytes = 144 // 18 registers of 64 bits.
	ripOffset      = 16 * 8
	flagsOffset    = 17 * 8
	specialBytes   = 312
	selectorOffset = 12 // Of the code segment, which stands first.

	exitReasonOffset = 8 // In the page that the kernel shares.
)

// guestProgram is real-mode code: mov al, 42; out 0x10, al; popcnt ax, bx; hlt. A kernel that only emulates guests in software gives up
// at the popcnt, as it would at instructions of a real guest's kernel.
var guestProgram = []byte{0xB0, 42, 0xE6, 0x10, 0xF3, 0x0F, 0xB8, 0xC3, 0xF4}

// runGuest makes a VM with one processor and runs guestProgram in it to its end.
func runGuest() error {
	file, err := os.OpenFile(device, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // Nothing is written.

	// A processor belongs to the thread that made it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	if version, err := ioctl(file.Fd(), kvmGetAPIVersion, nil); err != nil || version != kvmAPIVersion {
		return fmt.Errorf("the KVM API has version %d instead of %d: %w", version, kvmAPIVersion, err)
	}

	vm, err := ioctl(file.Fd(), kvmCreateVM, nil)
	if err != nil {
		return fmt.Errorf("make a VM: %w", err)
	}
	defer syscall.Close(int(vm)) //nolint:errcheck // Nothing is written.

	memory, err := syscall.Mmap(-1, 0, guestMemory, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_ANONYMOUS)
	if err != nil {
		return fmt.Errorf("allot memory: %w", err)
	}
	defer syscall.Munmap(memory) //nolint:errcheck // The process ends soon.

	copy(memory, guestProgram)

	region := struct {
		slot, flags           uint32
		address, size, origin uint64
	}{address: guestAddress, size: guestMemory, origin: uint64(uintptr(pointer(&memory[0])))}

	if _, err := ioctl(vm, kvmSetMemory, pointer(&region)); err != nil {
		return fmt.Errorf("give the VM memory: %w", err)
	}

	processor, err := ioctl(vm, kvmCreateVCPU, nil)
	if err != nil {
		return fmt.Errorf("make a processor: %w", err)
	}
	defer syscall.Close(int(processor)) //nolint:errcheck // Nothing is written.

	if err := setRegisters(processor); err != nil {
		return err
	}

	return runProcessor(file.Fd(), processor)
}

// setRegisters makes the processor begin at the program.
func setRegisters(processor uintptr) error {
	special := make([]byte, specialBytes)
	if _, err := ioctl(processor, kvmGetSpecial, pointer(&special[0])); err != nil {
		return fmt.Errorf("read the segments: %w", err)
	}

	binary.LittleEndian.PutUint64(special, 0)
	binary.LittleEndian.PutUint16(special[selectorOffset:], 0)

	if _, err := ioctl(processor, kvmSetSpecial, pointer(&special[0])); err != nil {
		return fmt.Errorf("set the segments: %w", err)
	}

	registers := make([]byte, registersBytes)
	binary.LittleEndian.PutUint64(registers[ripOffset:], guestAddress)
	binary.LittleEndian.PutUint64(registers[flagsOffset:], 2) //nolint:mnd // The bit that is always set.

	if _, err := ioctl(processor, kvmSetRegisters, pointer(&registers[0])); err != nil {
		return fmt.Errorf("set the registers: %w", err)
	}

	return nil
}

// runProcessor runs until the guest halts; its one output on the way is expected.
func runProcessor(system, processor uintptr) error {
	size, err := ioctl(system, kvmVCPUMmapSize, nil)
	if err != nil {
		return fmt.Errorf("ask for the size of the shared page: %w", err)
	}

	shared, err := syscall.Mmap(int(processor), 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("map the shared page: %w", err)
	}
	defer syscall.Munmap(shared) //nolint:errcheck // The process ends soon.

	for spoke := false; ; {
		// The kernel interrupts the run for signals, which the Go runtime sends itself.
		if _, err := ioctl(processor, kvmRun, nil); err != nil && err != syscall.EINTR { //nolint:errorlint // A bare errno.
			return fmt.Errorf("run the guest: %w", err)
		} else if err != nil {
			continue
		}

		switch reason := binary.LittleEndian.Uint32(shared[exitReasonOffset:]); {
		case reason == kvmExitIO && !spoke:
			spoke = true
		case reason == kvmExitHalt && spoke:
			return nil
		case reason == kvmExitInternal:
			return errors.New("the kernel emulates guests in software, and not all of their instructions")
		default:
			return fmt.Errorf("the guest stopped with reason %d", reason)
		}
	}
}

// pointer lets the kernel read or write v.
func pointer[T any](v *T) unsafe.Pointer {
	return unsafe.Pointer(v) //nolint:gosec // The KVM API takes addresses.
}

func ioctl(descriptor, request uintptr, argument unsafe.Pointer) (uintptr, error) {
	result, _, errno := syscall.Syscall(syscall.SYS_IOCTL, descriptor, request, uintptr(argument))
	if errno != 0 {
		return 0, errno
	}

	return result, nil
}
