package activities

import (
	"errors"
	"strings"
	"syscall"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// diskIsFull is what the timeline says while a step waits for the operator to make room.
const diskIsFull = "The disk of a worker is full."

// noSpace are the words of programs that were refused room on a disk, in lower case.
const noSpace = "no space left on device"

// saysDiskIsFull finds these words in what a program wrote.
func saysDiskIsFull(text string) bool { return strings.Contains(strings.ToLower(text), noSpace) }

// explainDisk names the cause where an error is that of a full disk of this machine.
func explainDisk(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return problem.Wrap(err, problem.Unavailable, diskIsFull)
	}

	return err
}
