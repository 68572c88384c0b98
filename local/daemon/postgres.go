package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/process"
)

// Postgres is the database server, on the loopback interface with a password.
type Postgres struct {
	Home process.Home
	// Bin is the folder of Postgres' programs, as postgresbin.Find returns it.
	Bin string
	// Port is a free TCP port.
	Port int
	// Disposable trades the safety of the data for speed: a crash of the machine may lose the database, while a crash of Postgres
	// loses nothing that was committed. It is for tests.
	Disposable bool
}

const (
	postgresName = "postgres"
	superuser    = "postgres"
)

// Start makes the database cluster in the home at the first run, and starts the server. The process's address is the URL
// of the superuser.
func (p Postgres) Start(ctx context.Context) (*process.Process, error) {
	owner, err := databaseUser()
	if err != nil {
		return nil, err
	}

	data := p.Home.Folder(postgresName, "data")

	if err := process.EndLeftovers(ctx, postgresName, data); err != nil {
		return nil, err
	}

	if err := p.prepareFolders(owner); err != nil {
		return nil, err
	}

	password, err := p.initialise(ctx, owner, data)
	if err != nil {
		return nil, err
	}

	// No Postgres runs in the folder any more, so a pid file is from a run that was killed. Postgres would refuse to start if another
	// process had been given the number since.
	if err := os.Remove(filepath.Join(data, "postmaster.pid")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the pid file of an earlier run: %w", err)
	}

	address := p.url(password)

	return p.Home.Start(ctx, process.Spec{
		Name: postgresName, Program: filepath.Join(p.Bin, postgresName), Arguments: p.arguments(data),
		Environment: process.Environment(p.Bin, "LC_ALL=C.UTF-8"), Address: address, User: owner.credential,
		// SIGINT is Postgres' fast shutdown: it does not wait for clients to leave.
		StopSignal: syscall.SIGINT,
		Ready:      func(ctx context.Context) error { return ping(ctx, address) },
	})
}

func (p Postgres) arguments(data string) []string {
	settings := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(p.Port), "unix_socket_directories=",
		"max_connections=300", "password_encryption=scram-sha-256", "logging_collector=off",
	}

	if p.Disposable {
		settings = append(settings, "fsync=off", "full_page_writes=off")
	}

	return append([]string{"-D", data}, lo.FlatMap(settings, func(setting string, _ int) []string { return []string{"-c", setting} })...)
}

func (p Postgres) url(password string) string {
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(superuser, password), Path: "/postgres", RawQuery: "sslmode=disable",
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(p.Port)),
	}

	return address.String()
}

func ping(ctx context.Context, address string) error {
	connection, err := pgx.Connect(ctx, address)
	if err != nil {
		return fmt.Errorf("connect to Postgres: %w", err)
	}

	return errors.Join(connection.Ping(ctx), connection.Close(ctx))
}
