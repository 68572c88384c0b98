// Package kvm finds out whether this machine carries virtual machines.
package kvm

import (
	"errors"
	"fmt"
	"os"
	"time"
)

const device = "/dev/kvm"

// guestTime is how long the few instructions of the probe may take. A guest that works needs milliseconds.
const guestTime = 10 * time.Second

// Try runs a few instructions in a guest, because a machine may have /dev/kvm and yet run no guest. Where none runs it returns an error that says what was
// found.
func Try() error {
	if _, err := os.Stat(device); err != nil {
		return errors.New("there is no " + device)
	}

	result := make(chan error, 1)

	// A guest that hangs cannot be stopped. Its goroutine then ends with the process.
	go func() { result <- runGuest() }()

	select {
	case err := <-result:
		if err != nil {
			return fmt.Errorf("%s is there and carries no guest: %w", device, err)
		}

		return nil
	case <-time.After(guestTime):
		return fmt.Errorf("%s is there, and a guest with three instructions does not end", device)
	}
}
