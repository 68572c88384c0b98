package activities

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/internal/version"
)

func TestBuilderState_IsWhatBuildKitSaysOfItself(t *testing.T) {
	t.Parallel()

	b := setupBuilder(t)
	_, log, err := b.build(t.Context(), b.request(t, newApp(t, toolDockerfile)))
	require.NoError(t, err, log)

	state, err := b.builder.State(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, state.Version)
	require.Positive(t, state.DiskBytes)
	require.Equal(t, []BuilderVersion{{Address: b.builder.Address(), Version: version.Get().Version}}, state.Versions)
}

func TestBuilderState_BuildKitAway_IsAnError(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()

	_, err := NewBuilder(BuilderConfig{Addresses: []string{"unix://" + t.TempDir() + "/none.sock"}}, nil, secret.Key{}).State(ctx)
	require.Error(t, err)
}

func TestBuilderState_OneOfTwoAway_TheOtherIsToldOf(t *testing.T) {
	t.Parallel()

	b := setupBuilder(t)
	away := "unix://" + t.TempDir() + "/none.sock"
	b.builder.config.Addresses = append(b.builder.config.Addresses, away)

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()

	state, err := b.builder.State(ctx)
	require.ErrorContains(t, err, away)
	require.Equal(t, []string{away}, state.Silent)
	require.NotEmpty(t, state.Version)
}

func TestBuilderState_TLSWithoutItsFile_NamesIt(t *testing.T) {
	t.Parallel()

	_, err := NewBuilder(BuilderConfig{Addresses: []string{"tcp://127.0.0.1:1"}, TLSCA: "/none/ca.pem"}, nil, secret.Key{}).State(t.Context())
	require.ErrorContains(t, err, "/none/ca.pem")
}

func TestBuilderAddress_LeavesCredentialsOut(t *testing.T) {
	t.Parallel()

	for address, want := range map[string]string{
		"unix:///run/buildkit/buildkitd.sock": "unix:///run/buildkit/buildkitd.sock",
		"tcp://reader:hunter2@builder-1:1234": "tcp://builder-1:1234",
		"tcp://%":                             "",
		"tcp://a@builder-1:1,tcp://builder-2": "tcp://builder-1:1, tcp://builder-2",
	} {
		require.Equal(t, want, NewBuilder(BuilderConfig{Addresses: strings.Split(address, ",")}, nil, secret.Key{}).Address())
	}
}
