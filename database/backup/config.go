package backup

import (
	"context"
	"io"
	"net/url"
	"strings"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// Config says where backups are, and with which keys they are written and read.
//
//nolint:lll // One variable a line.
type Config struct {
	Target     string   `doc:"Where backups are: a folder, or s3://BUCKET/PREFIX."                                                           env:"ZEITWORK_BACKUP_TARGET"`
	Recipients []string `doc:"Public keys (age1…), with commas between, to which backups are encrypted: zeitwork backup keygen makes one." env:"ZEITWORK_BACKUP_RECIPIENTS"`
	Identity   string   `doc:"File with the private key that opens backups, for restore and verify. It need not be on the machine that makes them." env:"ZEITWORK_BACKUP_IDENTITY"`
	S3         S3Config
}

// Store is where backups are.
type Store interface {
	// Put writes an object. It is there whole or not at all, whatever happens meanwhile.
	Put(ctx context.Context, name string, object func(io.Writer) error) error
	// Get reads an object from its beginning. The caller closes it.
	Get(ctx context.Context, name string) (io.ReadCloser, error)
	// List returns the names of all objects.
	List(ctx context.Context) ([]string, error)
	// Delete removes an object, and is content where there is none.
	Delete(ctx context.Context, name string) error
}

// Store opens the target.
func (c Config) Store() (Store, error) {
	if c.Target == "" {
		return nil, problem.New(problem.Invalid, "Say where backups are: a folder or s3://BUCKET/PREFIX, as --to, --from or ZEITWORK_BACKUP_TARGET.")
	}

	if !strings.Contains(c.Target, "://") {
		return folder(c.Target), nil
	}

	target, err := url.Parse(c.Target)
	if err != nil || target.Scheme != "s3" || target.Host == "" {
		return nil, problem.New(problem.Invalid, "%q is neither a folder nor s3://BUCKET/PREFIX.", c.Target)
	}

	return c.S3.open(target.Host, strings.Trim(target.Path, "/"))
}
