package secret

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
)

// SealEnvironment seals a deployment's environment variables (name to value) for its row.
func (k Key) SealEnvironment(deployment uuid.UUID, variables map[string]string) ([]byte, error) {
	plaintext, err := json.Marshal(variables)
	if err != nil {
		return nil, fmt.Errorf("encode the environment of deployment %s: %w", deployment, err)
	}

	return k.Seal(plaintext, environmentContext(deployment)), nil
}

// OpenEnvironment opens what SealEnvironment made for the same deployment.
func (k Key) OpenEnvironment(deployment uuid.UUID, sealed []byte) (map[string]string, error) {
	plaintext, err := k.Open(sealed, environmentContext(deployment))
	if err != nil {
		return nil, err
	}

	variables := map[string]string{}
	if err := json.Unmarshal(plaintext, &variables); err != nil {
		return nil, fmt.Errorf("decode the environment of deployment %s: %w", deployment, err)
	}

	return variables, nil
}

// SealVariable seals the value of one environment variable for its row.
func (k Key) SealVariable(variable uuid.UUID, value string) []byte {
	return k.Seal([]byte(value), variableContext(variable))
}

// OpenVariable opens what SealVariable made for the same variable.
func (k Key) OpenVariable(variable uuid.UUID, sealed []byte) (string, error) {
	value, err := k.Open(sealed, variableContext(variable))

	return string(value), err
}

func environmentContext(deployment uuid.UUID) string {
	return "deployments.environment_sealed:" + deployment.String()
}

func variableContext(variable uuid.UUID) string {
	return "environment_variables.value_sealed:" + variable.String()
}
