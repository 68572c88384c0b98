package secret_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
)

func TestEnvironment_OpensForItsDeploymentOnly(t *testing.T) {
	t.Parallel()

	key, deployment := secret.GenerateKey(), id.New()

	for _, variables := range []map[string]string{{}, {"KEY": "canary\nof two lines and a NUL\x00", "EMPTY": ""}} {
		sealed, err := key.SealEnvironment(deployment, variables)
		require.NoError(t, err)
		require.NotContains(t, string(sealed), "canary")

		opened, err := key.OpenEnvironment(deployment, sealed)
		require.NoError(t, err)
		require.Equal(t, variables, opened)

		_, err = key.OpenEnvironment(id.New(), sealed)
		require.Error(t, err)
	}
}

func TestVariable_OpensForItsRowOnly(t *testing.T) {
	t.Parallel()

	key, variable := secret.GenerateKey(), id.New()
	sealed := key.SealVariable(variable, "canary")

	opened, err := key.OpenVariable(variable, sealed)
	require.NoError(t, err)
	require.Equal(t, "canary", opened)

	_, err = key.OpenVariable(id.New(), sealed)
	require.Error(t, err)

	_, err = key.OpenEnvironment(variable, sealed)
	require.Error(t, err, "a variable is not an environment, even of the same id")
}
