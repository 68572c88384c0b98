package activities

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/egress"
	"github.com/zeitwork/zeitwork/internal/gitremote"
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

	return gitremote.New(dialer.KeepingTransport(keepConnections, roots), lo.Without(protocols, "file")), nil
}

// Head returns the full hash of the commit that the branch points at.
func (s *Source) Head(ctx context.Context, repositoryURL, branch string) (string, error) {
	if err := checkRepositoryURL(repositoryURL, s.config.GitProtocols); err != nil {
		return "", err
	}

	if err := checkBranch(branch); err != nil {
		return "", err
	}

	ctx, cancel := context.WithTimeoutCause(ctx, s.headTimeout, problem.New(problem.Unavailable,
		"The server of the repository %s did not say within %s where its branch %s stands.", repositoryURL, s.headTimeout, branch))
	defer cancel()

	ref, ask := "refs/heads/"+branch, s.askServer
	if strings.HasPrefix(repositoryURL, "file:") {
		ask = s.askProcess
	}

	commit, err := ask(ctx, repositoryURL, ref)
	if err != nil {
		return "", err
	}

	if commit == "" {
		return "", problem.New(problem.NotFound,
			"The repository %s has no branch %s. Push the branch or choose another one in the project's settings.", repositoryURL, branch)
	}

	return commit, nil
}

// askServer returns where a ref of an http or https repository points; nothing where there is no such ref.
func (s *Source) askServer(ctx context.Context, repositoryURL, ref string) (string, error) {
	refs, err := s.remotes.ListRefs(ctx, gitremote.Request{URL: repositoryURL, Prefixes: []string{ref}})
	if err != nil {
		return "", explainRemote(ctx, err, repositoryURL)
	}

	found, _ := lo.Find(refs, func(r gitremote.Ref) bool { return r.Name == ref })

	return found.Hash, nil
}

// askProcess is askServer for a repository that git itself has to be asked about.
func (s *Source) askProcess(ctx context.Context, repositoryURL, ref string) (string, error) {
	select {
	case s.processes <- struct{}{}:
		defer func() { <-s.processes }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}

	output, err := s.git.remote(ctx, "ls-remote", "--", repositoryURL, ref)
	if err != nil {
		return "", explainGit(err, repositoryURL, strings.TrimPrefix(ref, "refs/heads/"))
	}

	// The pattern also matches refs that only end in it.
	for line := range strings.Lines(string(output)) {
		commit, found, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok && found == ref && commitHash.MatchString(commit) {
			return commit, nil
		}
	}

	return "", nil
}
