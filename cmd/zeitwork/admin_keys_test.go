package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/internal/setting"
)

func TestRotateKeys_SaysWhatItDidAndRefusesAnotherPlatformsKey(t *testing.T) {
	t.Parallel()

	config := keysConfig{Key: setting.Key{SecretKey: secret.GenerateKey()}, Database: databasetest.Config(t)}
	out := &bytes.Buffer{}

	require.NoError(t, rotateKeys(t.Context(), config, out))
	require.Equal(t, "A new key was made. Values sealed anew: 0. Old keys removed: 0.\n", out.String())

	out.Reset()
	require.NoError(t, rotateKeys(t.Context(), config, out))
	require.Contains(t, out.String(), "Old keys removed: 1.")

	out.Reset()

	config.SecretKey = secret.GenerateKey()
	err := rotateKeys(t.Context(), config, out)
	require.ErrorIs(t, err, secret.ErrWrongKey)
	require.NotContains(t, err.Error(), config.SecretKey.Encode())
	require.Empty(t, out.String())
}
