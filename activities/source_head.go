package activities

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/egress"
	"github.com/zeitwork/zeitwork/internal/gitref"
	"github.com/zeitwork/zeitwork/internal/gitremote"
	"github.com/zeitwork/zeitwork/internal/gitssh"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// headTimeout is how long a server may take to say where a branch points: it is one short answer.
	headTimeout = 20 * time.Second
	// keepConnections is how long a connection to a git server is kept for the next poll of one of its repositories.
	keepConnections = 90 * time.Second
	// processesAtOnce bounds the git processes that ask where a branch points.
	processesAtOnce = 16
)

// newRemotes returns the client for servers that are asked where a branch points. It trusts the certificate authorities that git itself would.
func newRemotes(dialer egress.Dialer, protocols []string) (*gitremote.Client, error) {
	var roots *x509.CertPool

	if path := os.Getenv("GIT_SSL_CAINFO"); path != "" {
		certificates, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read the certificate authorities of GIT_SSL_CAINFO: %w", err)
		}

		roots = x509.NewCertPool()
		roots.AppendCertsFromPEM(certificates)
	}

	return gitremote.New(dialer.KeepingTransport(keepConnections, roots), lo.Without(protocols, "file", "ssh")), nil
}

// Remote is a repository, and how it is read.
type Remote struct {
	URL string
	// Credentials are shown to the URL's own server alone. Nil for a repository that everybody may read, and for one that is read by SSH.
	Credentials *gitremote.Credentials
	// Identity is for URLs of SSH.
	Identity *gitssh.Identity
}

// Head returns the full hash of the commit that the branch points at.
func (s *Source) Head(ctx context.Context, remote Remote, branch string) (string, error) {
	repositoryURL := remote.URL

	if err := checkRepositoryURL(repositoryURL, s.config.GitProtocols); err != nil {
		return "", err
	}

	if err := checkBranch(branch); err != nil {
		return "", err
	}

	ctx, cancel := context.WithTimeoutCause(ctx, s.headTimeout, problem.New(problem.Unavailable,
		"The server of the repository %s did not say within %s where its branch %s stands.", repositoryURL, s.headTimeout, branch))
	defer cancel()

	ref := "refs/heads/" + branch

	refs, err := s.listRefs(ctx, remote, ref)
	if err != nil {
		return "", err
	}

	// The server also lists branches whose names only begin with this one.
	found, ok := lo.Find(refs, func(r gitremote.Ref) bool { return r.Name == ref })
	if !ok {
		return "", problem.New(problem.NotFound,
			"The repository %s has no branch %s. Push the branch or choose another one in the project's settings.", repositoryURL, branch)
	}

	return found.Hash, nil
}

// maxBranches bounds how many branches a repository may have whose branches are looked at.
const maxBranches = 10_000

// Heads returns the full hashes of the commits that the branches of a repository point at, by the names of the branches. A repository without any is
// a problem, and so is one with more branches than anybody needs.
func (s *Source) Heads(ctx context.Context, remote Remote) (map[string]string, error) {
	repositoryURL := remote.URL

	if err := checkRepositoryURL(repositoryURL, s.config.GitProtocols); err != nil {
		return nil, err
	}

	ctx, cancel := context.WithTimeoutCause(ctx, s.headTimeout, problem.New(problem.Unavailable,
		"The server of the repository %s did not say within %s where its branches stand.", repositoryURL, s.headTimeout))
	defer cancel()

	const prefix = "refs/heads/"

	refs, err := s.listRefs(ctx, remote, prefix)
	if err != nil {
		return nil, err
	}

	heads := map[string]string{}

	for _, ref := range refs {
		if branch := strings.TrimPrefix(ref.Name, prefix); gitref.ValidBranch(branch) && utf8.ValidString(branch) {
			heads[branch] = ref.Hash
		}
	}

	switch {
	case len(heads) == 0:
		return nil, problem.New(problem.NotFound, "The repository %s has no branches. Push one.", repositoryURL)
	case len(heads) > maxBranches:
		return nil, problem.New(problem.Invalid, "The repository %s has more than %d branches. Delete some, or turn the project's previews off.",
			repositoryURL, maxBranches)
	default:
		return heads, nil
	}
}

// listRefs returns the refs of a repository whose names begin with the prefix. The context bounds it, and its cause is the error then.
func (s *Source) listRefs(ctx context.Context, remote Remote, prefix string) ([]gitremote.Ref, error) {
	if strings.HasPrefix(remote.URL, "file:") {
		return s.listLocalRefs(ctx, remote.URL, prefix)
	}

	if strings.HasPrefix(remote.URL, "ssh:") {
		return s.listRefsOverSSH(ctx, remote, prefix)
	}

	refs, err := s.remotes.ListRefs(ctx, gitremote.Request{URL: remote.URL, Prefixes: []string{prefix}, Credentials: remote.Credentials})
	if err != nil {
		return nil, explainRemote(ctx, err, remote.URL)
	}

	return refs, nil
}

// listLocalRefs is listRefs for a repository in the file system, which git itself is asked about.
func (s *Source) listLocalRefs(ctx context.Context, repositoryURL, prefix string) ([]gitremote.Ref, error) {
	select {
	case s.processes <- struct{}{}:
		defer func() { <-s.processes }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}

	output, err := s.git.remote(ctx, "ls-remote", "--", repositoryURL, prefix+"*")
	if err != nil {
		return nil, explainGit(err, repositoryURL, strings.TrimPrefix(prefix, "refs/heads/"))
	}

	var refs []gitremote.Ref

	for line := range strings.Lines(string(output)) {
		commit, name, ok := strings.Cut(strings.TrimSpace(line), "\t")
		// The pattern also matches refs that only end in it.
		if ok && strings.HasPrefix(name, prefix) && commitHash.MatchString(commit) {
			refs = append(refs, gitremote.Ref{Name: name, Hash: commit})
		}
	}

	return refs, nil
}
