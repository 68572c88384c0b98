package keyring

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// Variable is an environment variable of a project.
type Variable struct {
	// ID is that of the row; only values that were sealed before there were keysets are bound to it.
	ID             uuid.UUID
	OrganisationID uuid.UUID
	ProjectID      uuid.UUID
	// Scope is the environments that the variable is for: all, production or preview.
	Scope string
	Name  string
}

func (v Variable) context() secret.Context {
	return secret.VariableContext(v.OrganisationID, v.ProjectID, v.Scope, v.Name)
}

// Snapshot is the environment that a deployment has taken of its project.
type Snapshot struct {
	OrganisationID uuid.UUID
	ProjectID      uuid.UUID
	DeploymentID   uuid.UUID
}

func (s Snapshot) context() secret.Context {
	return secret.SnapshotContext(s.OrganisationID, s.ProjectID, s.DeploymentID)
}

// SealVariable seals the value of an environment variable. The queries are those of the transaction that writes it.
func (k *Keyring) SealVariable(ctx context.Context, queries *database.Queries, variable Variable, value string) ([]byte, error) {
	return k.seal(ctx, queries, []byte(value), variable.context())
}

// OpenVariable opens the value of an environment variable.
func (k *Keyring) OpenVariable(ctx context.Context, queries *database.Queries, variable Variable, sealed []byte) (string, error) {
	value, err := k.open(ctx, queries, sealed, variable.context(), func() ([]byte, error) {
		return k.keys.OpenFormerVariable(variable.ID, sealed)
	})

	return string(value), err
}

// SealEnvironment seals a deployment's environment variables, name to value. The queries are those of the transaction that writes them.
func (k *Keyring) SealEnvironment(ctx context.Context, queries *database.Queries, snapshot Snapshot, variables map[string]string) ([]byte, error) {
	plaintext, err := json.Marshal(variables)
	if err != nil {
		return nil, fmt.Errorf("encode the environment of deployment %s: %w", snapshot.DeploymentID, err)
	}

	return k.seal(ctx, queries, plaintext, snapshot.context())
}

// OpenEnvironment opens what SealEnvironment made for the same deployment.
func (k *Keyring) OpenEnvironment(ctx context.Context, queries *database.Queries, snapshot Snapshot, sealed []byte) (map[string]string, error) {
	plaintext, err := k.openSnapshot(ctx, queries, snapshot, sealed)
	if err != nil {
		return nil, err
	}

	variables := map[string]string{}
	if err := json.Unmarshal(plaintext, &variables); err != nil {
		return nil, fmt.Errorf("decode the environment of deployment %s: %w", snapshot.DeploymentID, err)
	}

	return variables, nil
}

func (k *Keyring) openSnapshot(ctx context.Context, queries *database.Queries, snapshot Snapshot, sealed []byte) ([]byte, error) {
	return k.open(ctx, queries, sealed, snapshot.context(), func() ([]byte, error) {
		return k.keys.OpenFormerSnapshot(snapshot.DeploymentID, sealed)
	})
}
