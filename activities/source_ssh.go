package activities

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/zeitwork/zeitwork/internal/gitremote"
	"github.com/zeitwork/zeitwork/internal/gitssh"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// relayName is what git is told to fetch in the place of a repository that is read by SSH. Where that is stands in git's environment: who knows it can
// read the repository, too.
const relayName = "ssh://repository"

// openSSH connects to the server of a repository. The context bounds the connection. Errors are for the user.
func (s *Source) openSSH(ctx context.Context, remote Remote) (*gitssh.Connection, error) {
	if remote.Identity == nil {
		return nil, problem.New(problem.Invalid,
			"The repository %s is read with a deploy key, and the project has none. Make one and add it to the repository: zeitwork access deploy-key.", remote.URL)
	}

	address, err := gitssh.Parse(remote.URL)
	if err != nil {
		return nil, problem.New(problem.Invalid, "%q is not the URL of a repository: %s.", remote.URL, err)
	}

	connection, err := gitssh.Open(ctx, s.dialSSH, address, *remote.Identity, cmp.Or(s.git.patience, slowTime))
	if err != nil {
		return nil, explainSSH(ctx, err, remote.URL)
	}

	return connection, nil
}

func (s *Source) dialSSH(ctx context.Context, address string) (net.Conn, error) {
	return s.git.dialer.Tunnel(ctx, address)
}

// explainSSH turns an error of package gitssh into a sentence for the user. What the identity's Trust said is one already.
func explainSSH(ctx context.Context, err error, repository string) error {
	_, forUser := errors.AsType[*problem.Error](err)

	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("ask the repository: %w", context.Cause(ctx))
	case forUser:
		return err
	case isNowhere(err):
		return nowhere(err, repository)
	case errors.Is(err, gitssh.ErrKeyRefused):
		return problem.Wrap(err, problem.Unauthorized,
			"The server of the repository %s does not accept the project's deploy key. Add it to the repository there: zeitwork access shows it.", repository)
	default:
		return silent(err, repository)
	}
}

// explainComplaint turns what a server says beside its answer into a sentence for the user; err is what followed from that.
func explainComplaint(err error, complaint, repository string) error {
	said := strings.ToLower(complaint)

	for _, word := range []string{"not found", "does not appear to be a git repository", "no such", "does not exist", "denied", "permission", "access"} {
		if strings.Contains(said, word) {
			return problem.Wrap(err, problem.NotFound,
				"There is no repository at %s that the project's deploy key may read. Check the URL, and that the key was added to this repository.", repository)
		}
	}

	return nil
}

// listRefsOverSSH is listRefs for a repository that is read by SSH.
func (s *Source) listRefsOverSSH(ctx context.Context, remote Remote, prefix string) ([]gitremote.Ref, error) {
	connection, err := s.openSSH(ctx, remote)
	if err != nil {
		return nil, err
	}
	defer connection.Close()

	stream, err := connection.Upload()
	if err != nil {
		return nil, explainSSH(ctx, err, remote.URL)
	}
	defer stream.Close()

	refs, err := s.remotes.ListRefsOver(stream, []string{prefix})
	if err == nil {
		return refs, nil
	}

	if ctx.Err() == nil {
		if explained := explainComplaint(err, stream.Complaint(), remote.URL); explained != nil {
			return nil, explained
		}
	}

	return nil, explainRemote(ctx, err, remote.URL)
}

// fetchOverSSH gets one commit into a repository. git reads it from a relay on loopback, and knows neither key nor server.
func (s *Source) fetchOverSSH(ctx context.Context, repository git, request CloneRequest, hash string) error {
	connection, err := s.openSSH(ctx, request.remote())
	if err != nil {
		return err
	}
	defer connection.Close()

	relay, err := gitssh.NewRelay(ctx, connection)
	if err != nil {
		return err
	}
	defer relay.Close()

	repository.relayed, repository.protocols = relay.URL(), []string{"git"}

	_, err = repository.output(ctx, fetchCommand(relayName, hash)...)
	if _, failed := errors.AsType[*gitError](err); !failed {
		return err
	}

	relay.Close() // What the server said is known by then.

	if explained := explainComplaint(err, relay.Complaint(), request.RepositoryURL); explained != nil {
		return explained
	}

	return explainGit(err, request.RepositoryURL, hash)
}
