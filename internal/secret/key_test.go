package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"testing"

	"github.com/caarlos0/env/v11"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/secret"
)

func TestKey_Derive_DependsOnKeyAndPurpose(t *testing.T) {
	t.Parallel()

	key := secret.GenerateKey()
	derived := key.Derive("one")
	require.Len(t, derived, 32)
	require.Equal(t, derived, key.Derive("one"))
	require.NotEqual(t, derived, key.Derive("two"))
	require.NotEqual(t, derived, secret.GenerateKey().Derive("one"))
}

func TestKey_IsReadFromTheEnvironment(t *testing.T) {
	t.Parallel()

	type config struct {
		Key secret.Key `env:"KEY,required"`
	}

	want := secret.GenerateKey()
	got, err := env.ParseAsWithOptions[config](env.Options{Environment: map[string]string{"KEY": want.Encode()}})
	require.NoError(t, err)
	require.Equal(t, want, got.Key)
}

func TestKey_TextThatIsNone_SaysHowToMakeOneAndDoesNotRepeatIt(t *testing.T) {
	t.Parallel()

	for _, text := range []string{
		"", "canary, which is not base64", base64.StdEncoding.EncodeToString([]byte("canary, too short")),
		base64.StdEncoding.EncodeToString(make([]byte, 33)),
	} {
		var key secret.Key

		err := key.UnmarshalText([]byte(text))
		require.ErrorContains(t, err, "openssl rand -base64 32")
		require.NotContains(t, err.Error(), "canary")
	}
}

func TestKey_StandsInNoLogLine(t *testing.T) {
	t.Parallel()

	key := secret.GenerateKey()
	config := struct{ Key secret.Key }{key}

	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "key", key, "config", config)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "key", key, "config", config)
	fmt.Fprintf(&log, "%v %+v %#v %s %x %d", key, config, config, key, key, key)

	raw, err := base64.StdEncoding.DecodeString(key.Encode())
	require.NoError(t, err)

	for _, form := range []string{key.Encode(), hex.EncodeToString(raw), fmt.Sprintf("%d", raw), string(raw)} {
		require.NotContains(t, log.String(), form)
	}
}
