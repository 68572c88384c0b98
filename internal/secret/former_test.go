package secret_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/secret"
)

// What the platform stored before there were keysets, with the key of 32 bytes of "k" and the id of 16 bytes of 7.
const (
	formerVariable = "8052d39ac70abc250db4537c09630812334b3c2d3e8875127af29a9e3d16086ff9eb"
	formerSnapshot = "da7d14bbb0a72f653e2c38fee4a1403ab11dfa5028b2eba5e63bf98060640d45ed0f5cb7d7e9b45b15d9236b7d"
)

func TestFormerValues_OpenForTheirRowAlone(t *testing.T) {
	t.Parallel()

	keys := secret.Keys{Current: secret.GenerateKey()}
	require.NoError(t, keys.Previous.UnmarshalText([]byte("a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")))

	row := uuid.UUID(bytes.Repeat([]byte{7}, 16))
	variable, err := hex.DecodeString(formerVariable)
	require.NoError(t, err)
	snapshot, err := hex.DecodeString(formerSnapshot)
	require.NoError(t, err)

	value, err := keys.OpenFormerVariable(row, variable)
	require.NoError(t, err)
	require.Equal(t, "canary", string(value))

	value, err = keys.OpenFormerSnapshot(row, snapshot)
	require.NoError(t, err)
	require.JSONEq(t, `{"NAME":"canary"}`, string(value))

	_, err = keys.OpenFormerVariable(uuid.New(), variable)
	require.ErrorIs(t, err, secret.ErrNotFormer)
	_, err = keys.OpenFormerVariable(row, snapshot)
	require.ErrorIs(t, err, secret.ErrNotFormer)
	_, err = secret.Keys{Current: keys.Current}.OpenFormerVariable(row, variable)
	require.ErrorIs(t, err, secret.ErrNotFormer, "another key")

	for _, short := range [][]byte{nil, {}, make([]byte, 5), make([]byte, 27)} {
		_, err = keys.OpenFormerVariable(row, short)
		require.ErrorIs(t, err, secret.ErrNotFormer)
	}
}
