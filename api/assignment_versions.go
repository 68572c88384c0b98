package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// versionBytes are enough that two versions of one VM are never the same by chance.
const versionBytes = 12

// versionOf returns the version of what a node is told: equal versions are of equal content, whichever process of the API says so, and after whatever was
// restored or restarted.
func versionOf(told any) (string, error) {
	encoded, err := json.Marshal(told)
	if err != nil {
		return "", fmt.Errorf("encode what a node is told: %w", err)
	}

	sum := sha256.Sum256(encoded)

	return base64.RawURLEncoding.EncodeToString(sum[:versionBytes]), nil
}

// version leaves out what the node itself caused, such as how far its logs are stored: a change of that alone must not wake its long-poll. It leaves out the
// environment too, which never changes within a VM.
func (vm AssignedVM) version() (string, error) {
	vm.LogSequence, vm.Begun, vm.Environment, vm.Version = 0, false, nil, ""

	return versionOf(vm)
}

func assignmentsETag(assignments Assignments) (string, error) {
	told := []any{assignments.NodeNetwork}

	for _, vm := range assignments.VMs {
		version, err := vm.version()
		if err != nil {
			return "", err
		}

		told = append(told, vm.ID, version)
	}

	version, err := versionOf(told)

	return `"` + version + `"`, err
}
