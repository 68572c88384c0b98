package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// shimPrefix is how the programs begin that containerd starts beside each VM.
const shimPrefix = "containerd-shim-"

// shimProcesses returns the ids of the VMs that a shim of this containerd runs for, also of those that containerd itself has forgotten.
func shimProcesses(namespace string) ([]string, error) {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil, fmt.Errorf("list the processes: %w", err)
	}

	var ids []string

	for _, file := range files {
		// Nothing can be read of a process that has ended meanwhile.
		line, _ := os.ReadFile(file)
		arguments := strings.Split(string(line), "\x00")

		if strings.HasPrefix(filepath.Base(arguments[0]), shimPrefix) && argument(arguments, "-namespace") == namespace {
			ids = append(ids, argument(arguments, "-id"))
		}
	}

	return ids, nil
}

// argument returns what follows a flag.
func argument(arguments []string, flag string) string {
	if i := slices.Index(arguments, flag); i >= 0 && i+1 < len(arguments) {
		return arguments[i+1]
	}

	return ""
}
