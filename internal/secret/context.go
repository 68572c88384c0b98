package secret

import (
	"encoding/binary"
	"strings"

	"github.com/google/uuid"
)

// Context says what a sealed value belongs to. The value opens with the same context alone, so that one which is copied to another row, name or
// project is good for nothing. It is authenticated, not encrypted. A project that moves to another organisation needs its values sealed anew.
type Context []string

// VariableContext is that of an environment variable's value.
func VariableContext(organisation, project uuid.UUID, environment, name string) Context {
	return Context{"environment_variables.value_sealed", organisation.String(), project.String(), environment, name}
}

// SnapshotContext is that of the environment that a deployment has taken.
func SnapshotContext(organisation, project, deployment uuid.UUID) Context {
	return Context{"deployments.environment_sealed", organisation.String(), project.String(), deployment.String()}
}

// ValueContext is that of a value of the secrets table: of a kind, for the row with the subject's id. The organisation is uuid.Nil for the platform's own.
func ValueContext(kind string, organisation, subject uuid.UUID) Context {
	return Context{"secrets.value_sealed", kind, organisation.String(), subject.String()}
}

// keysetContext is that of the keyset itself.
func keysetContext() Context { return Context{"keysets.keyset_sealed"} }

// String names the context in errors.
func (c Context) String() string { return strings.Join(c, ":") }

// associatedData writes each part behind its length, so that no two contexts are the same bytes.
func (c Context) associatedData() []byte {
	var data []byte

	for _, part := range c {
		data = binary.AppendUvarint(data, uint64(len(part)))
		data = append(data, part...)
	}

	return data
}
