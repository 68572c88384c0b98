package daemon

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/caarlos0/env/v11"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/internal/process"
)

func TestPostgres_StartedAgain_FindsItsData(t *testing.T) {
	t.Parallel()

	postgres := testPostgres(t)

	first, err := postgres.Start(t.Context())
	require.NoError(t, err)
	execute(t, first.Address(), "create table kept (id int)")
	require.NoError(t, first.Stop(t.Context()))
	require.NoError(t, first.Err())

	second, err := postgres.Start(t.Context())
	require.NoError(t, err)
	require.Equal(t, first.Address(), second.Address())
	execute(t, second.Address(), "select id from kept")
	require.NoError(t, second.Stop(t.Context()))
}

func TestPostgres_Killed_StartsAgain(t *testing.T) {
	t.Parallel()

	postgres := testPostgres(t)

	first, err := postgres.Start(t.Context())
	require.NoError(t, err)

	// A connection in use keeps a backend, and with it the shared memory, past the server's death.
	connection, err := pgx.Connect(t.Context(), first.Address())
	require.NoError(t, err)

	defer func() { _ = connection.Close(t.Context()) }()

	busy := make(chan error, 1)
	go func() {
		_, err := connection.Exec(t.Context(), "select pg_sleep(1000)")
		busy <- err
	}()

	first.Kill()

	second, err := postgres.Start(t.Context())
	require.NoError(t, err)
	require.Error(t, <-busy)
	require.NoError(t, second.Stop(t.Context()))
}

func TestPostgres_PidFileOfAnUnrelatedProcess_DoesNotBlock(t *testing.T) {
	t.Parallel()

	postgres := testPostgres(t)

	first, err := postgres.Start(t.Context())
	require.NoError(t, err)
	require.NoError(t, first.Stop(t.Context()))

	owner, err := databaseUser()
	require.NoError(t, err)

	unrelated := exec.CommandContext(t.Context(), "sleep", "1000")
	unrelated.SysProcAttr = &syscall.SysProcAttr{Credential: owner.credential}
	require.NoError(t, unrelated.Start())

	data := postgres.Home.Folder(postgresName, "data")
	pidFile := filepath.Join(data, "postmaster.pid")
	require.NoError(t, os.WriteFile(pidFile, []byte(strings.Join([]string{strconv.Itoa(unrelated.Process.Pid), data, "0", "1", "", "127.0.0.1", "", ""}, "\n")), 0o600))
	require.NoError(t, owner.own(pidFile))

	second, err := postgres.Start(t.Context())
	require.NoError(t, err)
	require.NoError(t, second.Stop(t.Context()))
	require.NoError(t, unrelated.Process.Kill(), "the unrelated process was left alone")
	require.Error(t, unrelated.Wait())
}

func TestPostgres_WithoutThePassword_RefusesConnections(t *testing.T) {
	t.Parallel()

	process, err := testPostgres(t).Start(t.Context())
	require.NoError(t, err)

	config, err := pgx.ParseConfig(process.Address())
	require.NoError(t, err)

	config.Password = "guess"

	_, err = pgx.ConnectConfig(t.Context(), config)
	require.ErrorContains(t, err, "password authentication failed")
	require.NoError(t, process.Stop(t.Context()))
}

func TestPostgres_FolderClosedToItsUser_SaysWhatToDo(t *testing.T) {
	t.Parallel()

	if os.Geteuid() != 0 {
		t.Skip("as an ordinary user Postgres runs as that user, who owns the folder")
	}

	postgres := testPostgres(t)
	require.NoError(t, os.Chmod(string(postgres.Home), 0o700))

	_, err := postgres.Start(t.Context())
	require.ErrorContains(t, err, "who cannot enter")
}

func testPostgres(t *testing.T) Postgres {
	t.Helper()

	config, err := env.ParseAs[postgresbin.Config]()
	require.NoError(t, err)

	bin, err := postgresbin.Find(config.Folder)
	if err != nil {
		t.Skip(err)
	}

	return Postgres{Home: shortHome(t), Bin: bin, Port: freePort(t), Disposable: true}
}

func execute(t *testing.T, address, sql string) {
	t.Helper()

	connection, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)

	_, err = connection.Exec(t.Context(), sql)
	require.NoError(t, err)
	require.NoError(t, connection.Close(t.Context()))
}

// shortHome is a folder that other users may enter and whose path leaves room for sockets.
func shortHome(t *testing.T) process.Home {
	t.Helper()

	folder, err := os.MkdirTemp("/tmp", "zw-") //nolint:usetesting // The path of t.TempDir is too long for sockets, and closed to others.
	require.NoError(t, err)
	require.NoError(t, os.Chmod(folder, 0o711))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })

	return process.Home(folder)
}

func freePort(t *testing.T) int {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	defer func() { require.NoError(t, listener.Close()) }()

	return listener.Addr().(*net.TCPAddr).Port
}
