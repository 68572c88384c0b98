package backup

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/process"
)

const (
	maxComplaint  = 4 << 10
	killAfter     = 5 * time.Second
	versionFactor = 10_000 // Of Postgres' server_version_num: 150018.
)

// postgres is a database, with the programs that Postgres brings for it.
type postgres struct {
	connection *pgx.Conn
	// version is that of the server.
	version string
	url     *url.URL
	bin     string
}

// connect reaches a database. The caller closes the connection.
func connect(ctx context.Context, databaseURL string, programs postgresbin.Config) (*postgres, error) {
	parsed, err := url.Parse(databaseURL)
	if err != nil || (parsed.Scheme != "postgres" && parsed.Scheme != "postgresql") {
		return nil, problem.New(problem.Invalid, "ZEITWORK_DATABASE_URL has to be a URL, postgres://user:password@host:port/database, for a backup.")
	}

	connection, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return nil, fmt.Errorf("reach Postgres: %w", err)
	}

	p := &postgres{connection: connection, url: parsed}

	var number int

	err = connection.QueryRow(ctx, "SELECT current_setting('server_version'), current_setting('server_version_num')::int").Scan(&p.version, &number)
	if err == nil {
		p.bin, err = postgresbin.FindClient(programs.Folder, number/versionFactor)
	}

	if err != nil {
		return nil, errors.Join(err, connection.Close(ctx))
	}

	return p, nil
}

// run runs one of Postgres' programs on the database. Its error is what the program says.
func (p *postgres) run(ctx context.Context, in io.Reader, out io.Writer, program string, arguments ...string) error {
	address, password := *p.url, ""

	// The password stands in no argument, which others on the machine can read.
	if address.User != nil {
		password, _ = address.User.Password()
		address.User = url.User(address.User.Username())
	}

	query := address.Query()
	for name := range query {
		if name == "password" {
			password = query.Get(name)
		}

		// pg_dump and psql refuse the parameters of pgx's pool, and get the password in the environment.
		if name == "password" || strings.HasPrefix(name, "pool_") {
			query.Del(name)
		}
	}

	address.RawQuery = query.Encode()

	var complaint bytes.Buffer

	command := exec.CommandContext(ctx, filepath.Join(p.bin, program), append(arguments, "--no-password", "--dbname="+address.String())...)
	// Postgres' programs and pgx complete a URL such as postgres:///zeitwork in different ways: the programs get what pgx has connected to, and so reach the same
	// server.
	reached := p.connection.Config()
	command.Env = process.Environment(p.bin, "PGHOST="+reached.Host, "PGPORT="+strconv.Itoa(int(reached.Port)), "PGUSER="+reached.User)
	command.Stdin, command.Stdout, command.Stderr, command.WaitDelay = in, out, &complaint, killAfter

	if password = cmp.Or(password, reached.Password); password != "" {
		command.Env = append(command.Env, "PGPASSWORD="+password)
	}

	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); exited {
		said := complaint.Bytes()

		return fmt.Errorf("%s: %w: %s", program, err, said[max(0, len(said)-maxComplaint):])
	}

	return err //nolint:wrapcheck // It is that of what it reads or writes.
}
