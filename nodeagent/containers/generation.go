package containers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/containerd/containerd/v2/core/containers"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// generationFormat begins every generation. Those of former agents begin with nothing of the kind.
const generationFormat = "2-"

// generation returns a digest of what the VM's row asks for. What is configured for all VMs is not in it, such as the host of the registry or the limit of
// processes: it comes into force at the VM's next start, and must stop none. The environment is in it by its names and not its values: these never change
// within a VM, and no digest of a secret may be in a label.
func (v VM) generation() string {
	return generationFormat + digestOf(fmt.Sprintf("%q %q %s %d %d %d %q",
		imageDigest(v.Image), v.Command, v.Address, v.Port, v.CPUMillis, v.MemoryBytes, slices.Sorted(maps.Keys(v.Environment))))
}

// formerGeneration returns the generation as agents computed it who had the reference of the image and the limit of processes in it.
func (v VM) formerGeneration(image string, pids int64) string {
	return digestOf(fmt.Sprintln(image, v.Address, v.Port, v.CPUMillis, v.MemoryBytes, pids, slices.Sorted(maps.Keys(v.Environment))))
}

// isOf tells whether the container was made from a description that asks for the same as the VM's.
func (v VM) isOf(container containers.Container) bool {
	generation := container.Labels[labelGeneration]
	if strings.HasPrefix(generation, generationFormat) {
		return generation == v.generation()
	}

	// The container itself tells what a former agent put into its generation and what may be configured differently since.
	var made struct {
		Linux specs.Linux `json:"linux"`
	}

	if container.Spec == nil || json.Unmarshal(container.Spec.GetValue(), &made) != nil ||
		made.Linux.Resources == nil || made.Linux.Resources.Pids == nil {
		return false
	}

	pids := made.Linux.Resources.Pids.Limit

	return pids != nil && generation == v.formerGeneration(container.Image, *pids) && imageDigest(container.Image) == imageDigest(v.Image)
}

// imageDigest returns the digest in the reference of an image.
func imageDigest(reference string) string {
	_, digest, _ := strings.Cut(reference, "@")

	return digest
}

func digestOf(text string) string {
	digest := sha256.Sum256([]byte(text))

	return hex.EncodeToString(digest[:])
}
