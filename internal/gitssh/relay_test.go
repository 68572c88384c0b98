package gitssh

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/gitssh/gitsshtest"
)

func TestRelay_LetsNobodyThroughWhoDoesNotKnowItsURL(t *testing.T) {
	t.Parallel()

	server := gitsshtest.New(t, t.TempDir())
	private, public, err := GenerateKey("x")
	require.NoError(t, err)
	server.Accept(public)

	address, err := Parse(server.URL("app.git"))
	require.NoError(t, err)

	dial := func(ctx context.Context, address string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
	connection, err := Open(t.Context(), dial, address, Identity{PrivateKey: private, Trust: func(context.Context, HostKey) error { return nil }}, time.Minute)
	require.NoError(t, err)
	t.Cleanup(connection.Close)

	relay, err := NewRelay(t.Context(), connection)
	require.NoError(t, err)
	t.Cleanup(relay.Close)

	for _, hello := range []string{"git-upload-pack /app.git\x00host=x\x00", "git-upload-pack /\x00", "git-receive-pack " + relay.path + "\x00", ""} {
		git, err := net.Dial("tcp", relay.listener.Addr().String())
		require.NoError(t, err)

		_, err = fmt.Fprintf(git, "%04x%s", len(hello)+4, hello)
		require.NoError(t, err)

		answer, err := io.ReadAll(git)
		require.NoError(t, err)
		require.Empty(t, answer)
		require.NoError(t, git.Close())
	}

	require.Zero(t, server.Sessions())
}
