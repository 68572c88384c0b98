package secret_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
)

func newKeyset(t *testing.T) *secret.Keyset {
	t.Helper()

	keyset, err := secret.NewKeyset()
	require.NoError(t, err)

	return keyset
}

func TestKeyset_OpensWhatItSealed(t *testing.T) {
	t.Parallel()

	keyset, here := newKeyset(t), secret.SnapshotContext(id.New(), id.New(), id.New())

	for _, plaintext := range []string{"", "canary", "line\nand NUL\x00", string(bytes.Repeat([]byte("x"), 1<<20))} {
		sealed, err := keyset.Seal([]byte(plaintext), here)
		require.NoError(t, err)
		require.Len(t, sealed, len(plaintext)+secret.SealedOverhead)
		require.Equal(t, keyset.PrimaryPrefix(), sealed[:5])
		require.NotContains(t, string(sealed), "canary")

		opened, err := keyset.Open(sealed, here)
		require.NoError(t, err)
		require.Equal(t, plaintext, string(opened))
	}
}

func TestKeyset_InAnotherContext_OpensNothing(t *testing.T) {
	t.Parallel()

	keyset, organisation, project, other := newKeyset(t), id.New(), id.New(), id.New()
	sealed, err := keyset.Seal([]byte("canary"), secret.VariableContext(organisation, project, "production", "NAME"))
	require.NoError(t, err)

	for name, context := range map[string]secret.Context{
		"organisation":        secret.VariableContext(other, project, "production", "NAME"),
		"project":             secret.VariableContext(organisation, other, "production", "NAME"),
		"environment":         secret.VariableContext(organisation, project, "preview", "NAME"),
		"name":                secret.VariableContext(organisation, project, "production", "OTHER"),
		"where the parts end": secret.VariableContext(organisation, project, "productio", "nNAME"),
		"column":              secret.SnapshotContext(organisation, project, other),
		"nothing":             nil,
	} {
		_, err := keyset.Open(sealed, context)
		require.ErrorIs(t, err, secret.ErrUnreadable, name)
	}
}

func TestKeyset_AnyByteChanged_DoesNotOpen(t *testing.T) {
	t.Parallel()

	keyset, here := newKeyset(t), secret.Context{"here"}
	sealed, err := keyset.Seal([]byte("canary"), here)
	require.NoError(t, err)

	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1

		_, err := keyset.Open(changed, here)
		require.ErrorIs(t, err, secret.ErrUnreadable, "byte %d", i)

		_, err = keyset.Open(sealed[:i], here)
		require.ErrorIs(t, err, secret.ErrUnreadable, "%d bytes", i)
	}
}

func TestKeyset_NewPrimary_SealsAndTheOldOnesStillOpen(t *testing.T) {
	t.Parallel()

	first, here := newKeyset(t), secret.Context{"here"}
	old, err := first.Seal([]byte("canary"), here)
	require.NoError(t, err)

	second, err := first.WithNewPrimary()
	require.NoError(t, err)

	fresh, err := second.Seal([]byte("canary"), here)
	require.NoError(t, err)
	require.NotEqual(t, old[:5], fresh[:5])

	_, err = second.Open(old, here)
	require.NoError(t, err)

	_, unknown := second.UnknownKey(old)
	require.False(t, unknown)

	_, unknown = first.UnknownKey(fresh)
	require.True(t, unknown)

	kept, removed, err := second.WithoutOldKeys()
	require.NoError(t, err)
	require.Zero(t, removed)

	_, err = kept.Open(old, here)
	require.NoError(t, err, "the key before the primary one stays")

	third, err := second.WithNewPrimary()
	require.NoError(t, err)

	kept, removed, err = third.WithoutOldKeys()
	require.NoError(t, err)
	require.Equal(t, 1, removed)

	_, err = kept.Open(old, here)
	require.ErrorIs(t, err, secret.ErrUnreadable)
	_, err = kept.Open(fresh, here)
	require.NoError(t, err)
}

func TestKeyset_Sealed_OpensWithThePlatformsKeysAlone(t *testing.T) {
	t.Parallel()

	keyset, key, here := newKeyset(t), secret.GenerateKey(), secret.Context{"here"}
	value, err := keyset.Seal([]byte("canary"), here)
	require.NoError(t, err)

	sealed, err := keyset.SealWith(key)
	require.NoError(t, err)

	for name, keys := range map[string]secret.Keys{"current": {Current: key}, "previous": {Current: secret.GenerateKey(), Previous: key}} {
		opened, err := secret.OpenKeyset(sealed, keys)
		require.NoError(t, err, name)

		plaintext, err := opened.Open(value, here)
		require.NoError(t, err, name)
		require.Equal(t, "canary", string(plaintext))
	}

	_, err = secret.OpenKeyset(sealed, secret.Keys{Current: secret.GenerateKey()})
	require.ErrorIs(t, err, secret.ErrWrongKey)
	require.ErrorContains(t, err, "ZEITWORK_SECRET_KEY_PREVIOUS")

	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1

		// The part that is not sealed, which tells of the keys, is not relied on.
		if opened, err := secret.OpenKeyset(changed, secret.Keys{Current: key}); err == nil {
			_, err = opened.Open(value, here)
			require.NoError(t, err, "byte %d", i)
		}
	}
}
