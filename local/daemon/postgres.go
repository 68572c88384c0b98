package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/process"
)

// Postgres is the database server, on the loopback interface with a password.
type Postgres struct {
	Home process.Home
	// Bin is the folder of Postgres' programs, as PostgresBin finds it.
	Bin string
	// Port is a free TCP port.
	Port int
	// Disposable trades the safety of the data for speed: a crash of the machine may lose the database, one of Postgres loses
	// nothing that was committed. For tests.
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

	// Nothing runs in the folder any more, so a pid file is from a run that was killed. Postgres would obey it if
	// another process had been given the number since.
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

// prepareFolders makes the folder that holds the cluster and checks that the server's user can get there.
func (p Postgres) prepareFolders(owner databaseOwner) error {
	folder := p.Home.Folder(postgresName)

	if err := os.MkdirAll(folder, 0o711); err != nil {
		return fmt.Errorf("make the folder of Postgres: %w", err)
	}

	if owner.credential == nil {
		return nil
	}

	// The program decides with the rights of that user, so that every kind of permission counts.
	check := exec.Command("test", "-x", folder)
	check.SysProcAttr = &syscall.SysProcAttr{Credential: owner.credential}

	if err := check.Run(); err != nil {
		return fmt.Errorf("Postgres runs as the user %s, who cannot enter %s; make its parent folders passable (chmod o+x) or choose another data directory: %w",
			owner.name, folder, err)
	}

	return nil
}

// initialise returns the superuser's password and makes the cluster where it is missing. A run that was killed in
// between leaves no half-made cluster: the folder gets its name last.
func (p Postgres) initialise(ctx context.Context, owner databaseOwner, data string) (string, error) {
	passwordFile := p.Home.Folder(postgresName, "password")

	if _, err := os.Stat(data); err == nil {
		password, err := os.ReadFile(passwordFile)
		if err != nil {
			return "", fmt.Errorf("read the password of the database: %w", err)
		}

		return string(password), nil
	}

	password := rand.Text()
	if err := os.WriteFile(passwordFile, []byte(password), 0o600); err != nil {
		return "", fmt.Errorf("keep the password of the database: %w", err)
	}

	temporary := p.Home.Folder(postgresName, "initdb")
	if err := errors.Join(os.RemoveAll(temporary), os.Mkdir(temporary, 0o700), owner.own(temporary)); err != nil {
		return "", fmt.Errorf("make the folder of the database: %w", err)
	}

	// initdb reads the password with the rights of the server's user.
	forInitdb := filepath.Join(temporary, "password")
	if err := errors.Join(os.WriteFile(forInitdb, []byte(password), 0o600), owner.own(forInitdb)); err != nil {
		return "", fmt.Errorf("hand the password to initdb: %w", err)
	}

	cluster := filepath.Join(temporary, "data")
	command := exec.CommandContext(ctx, filepath.Join(p.Bin, "initdb"), "--pgdata="+cluster, "--username="+superuser, "--auth=scram-sha-256",
		"--pwfile="+forInitdb, "--encoding=UTF8", "--locale=C.UTF-8")
	command.Dir, command.Env = "/", process.Environment(p.Bin)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: owner.credential}

	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make the database with initdb: %w: %s", err, strings.TrimSpace(string(output)))
	}

	if err := errors.Join(os.Rename(cluster, data), os.RemoveAll(temporary)); err != nil {
		return "", fmt.Errorf("keep the new database: %w", err)
	}

	return password, nil
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
