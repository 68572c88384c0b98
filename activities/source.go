package activities

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/egress"
	"github.com/zeitwork/zeitwork/internal/gitref"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/setting"
)

const (
	directoryMode = 0o700
	// headTimeout is how long a server may take to say where a branch points: it is one short answer.
	headTimeout = 20 * time.Second
)

// SourceConfig bounds what is fetched and says where it is kept.
//
//nolint:lll // One field a line, with its documentation.
type SourceConfig struct {
	setting.Git

	MaxBytes   int64          `doc:"Largest source that is accepted, in bytes, as fetched and as unpacked."                                 env:"ZEITWORK_SOURCE_MAX_BYTES"    envDefault:"536870912"`
	Internal   []netip.Prefix `doc:"Ranges of internal addresses that sources may be fetched from, with commas between, such as that of a company's own git server. Everybody who can make a project can then have workers connect there." env:"ZEITWORK_SOURCE_INTERNAL_RANGES"`
	Timeout    time.Duration  `doc:"Longest time that fetching a source may take."                                                          env:"ZEITWORK_SOURCE_TIMEOUT"      envDefault:"10m"`
	Directory  string         `doc:"Where a worker keeps unpacked sources; workers of one machine may share it."                            env:"ZEITWORK_SOURCE_DIR"          envDefault:"/var/cache/zeitwork/sources"`
	CacheBytes int64          `doc:"How much of them is kept when they are not in use, in bytes; the oldest go first."                      env:"ZEITWORK_SOURCE_CACHE_BYTES"  envDefault:"10737418240"`
}

// Source fetches repositories and hands their trees to the steps that follow, on this worker or another one.
type Source struct {
	config   SourceConfig
	registry *Registry
	git      git
	cache    *treeCache
	// headTimeout bounds Head.
	headTimeout time.Duration
}

// NewSource returns the sources of that configuration and makes the directory that they need.
func NewSource(config SourceConfig, registry *Registry) (*Source, error) {
	fetches := filepath.Join(config.Directory, "fetch")
	if err := os.MkdirAll(fetches, directoryMode); err != nil {
		return nil, fmt.Errorf("make the directory for sources: %w", err)
	}

	if err := removeAbandoned(fetches); err != nil {
		return nil, err
	}

	for _, protocol := range config.GitProtocols {
		if !slices.Contains([]string{"https", "http", "file"}, protocol) {
			return nil, fmt.Errorf("ZEITWORK_GIT_PROTOCOLS names %s: sources can be fetched by https, http and file alone", protocol)
		}
	}

	settings := filepath.Join(config.Directory, "gitconfig")
	content := ""

	// git refuses local repositories of other users unless the user's configuration trusts them.
	if slices.Contains(config.GitProtocols, "file") {
		content = "[safe]\n\tdirectory = *\n"
	}

	if err := os.WriteFile(settings, []byte(content), 0o600); err != nil {
		return nil, fmt.Errorf("write git's configuration: %w", err)
	}

	cache, err := newTreeCache(filepath.Join(config.Directory, "trees"), config.CacheBytes)
	if err != nil {
		return nil, err
	}

	return &Source{
		config: config, registry: registry, cache: cache,
		git: git{config: settings, protocols: config.GitProtocols, dialer: egress.Dialer{Internal: config.Internal}}, headTimeout: headTimeout,
	}, nil
}

// CloneRequest names what to fetch.
type CloneRequest struct {
	ProjectID     uuid.UUID
	RepositoryURL string
	Branch        string
	// Commit is a full hash; empty for whatever the branch points at now.
	Commit string
}

// CloneResult is a commit and the artifact in the registry that holds its tree.
type CloneResult struct {
	Commit  string
	Message string
	Author  string
	// Digest is that of the source artifact; Open takes it.
	Digest string
	// SizeBytes is the artifact's compressed size.
	SizeBytes int64
	// Missing are sentences for the user: what is not in the source although the repository names it.
	Missing []string
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

	ref := "refs/heads/" + branch

	output, err := s.git.remote(ctx, "ls-remote", "--", repositoryURL, ref)
	if err != nil {
		return "", explainGit(err, repositoryURL, branch)
	}

	// The pattern also matches refs that only end in it.
	for line := range strings.Lines(string(output)) {
		commit, found, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok && found == ref && commitHash.MatchString(commit) {
			return commit, nil
		}
	}

	return "", problem.New(problem.NotFound,
		"The repository %s has no branch %s. Push the branch or choose another one in the project's settings.", repositoryURL, branch)
}

// maxBranches bounds how many branches a repository may have whose branches are looked at.
const maxBranches = 10_000

// Heads returns the full hashes of the commits that the branches of a repository point at, by the names of the branches. A repository without any is
// a problem, and so is one with more branches than anybody needs.
func (s *Source) Heads(ctx context.Context, repositoryURL string) (map[string]string, error) {
	if err := checkRepositoryURL(repositoryURL, s.config.GitProtocols); err != nil {
		return nil, err
	}

	ctx, cancel := context.WithTimeoutCause(ctx, s.headTimeout, problem.New(problem.Unavailable,
		"The server of the repository %s did not say within %s where its branches stand.", repositoryURL, s.headTimeout))
	defer cancel()

	heads := map[string]string{}

	err := s.git.remoteLines(ctx, func(line string) error {
		commit, ref, _ := strings.Cut(line, "\t")
		if branch, ok := strings.CutPrefix(ref, "refs/heads/"); ok && commitHash.MatchString(commit) && gitref.ValidBranch(branch) && utf8.ValidString(branch) {
			heads[branch] = commit
		}

		if len(heads) > maxBranches {
			return problem.New(problem.Invalid, "The repository %s has more than %d branches. Delete some, or turn the project's previews off.",
				repositoryURL, maxBranches)
		}

		return nil
	}, "ls-remote", "--heads", "--", repositoryURL)

	switch {
	case err != nil && problem.IsUsers(err):
		return nil, err
	case err != nil:
		return nil, explainGit(err, repositoryURL, "")
	case len(heads) == 0:
		return nil, problem.New(problem.NotFound, "The repository %s has no branches. Push one.", repositoryURL)
	default:
		return heads, nil
	}
}

// Clone makes sure that the registry holds the tree of the commit as an artifact, and describes it. Nothing is fetched
// where an earlier attempt has put it there. Files in Git LFS are part of it where their server gives them to anybody, submodules are not.
func (s *Source) Clone(ctx context.Context, request CloneRequest) (CloneResult, error) {
	if err := checkRepositoryURL(request.RepositoryURL, s.config.GitProtocols); err != nil {
		return CloneResult{}, err
	}

	ctx, cancel := context.WithTimeoutCause(ctx, s.config.Timeout, problem.New(problem.Invalid,
		"Fetching %s took longer than %s. Make the repository smaller, or deploy again if its server was slow.", request.RepositoryURL, s.config.Timeout))
	defer cancel()

	commit := request.Commit

	if commit == "" {
		head, err := s.Head(ctx, request.RepositoryURL, request.Branch)
		if err != nil {
			return CloneResult{}, err
		}

		commit = head
	}

	if err := checkCommit(commit); err != nil {
		return CloneResult{}, err
	}

	result, found, err := s.find(ctx, request.ProjectID, commit)
	if err != nil || found {
		return result, err
	}

	directory, err := newFetchDirectory(filepath.Join(s.config.Directory, "fetch"))
	if err != nil {
		return CloneResult{}, err
	}

	defer func() {
		if err := directory.remove(); err != nil {
			slog.WarnContext(ctx, "a fetched source could not be removed", "directory", directory.path, "error", err)
		}
	}()

	archive, err := s.fetch(ctx, directory.path, request.RepositoryURL, commit)
	if err != nil {
		return CloneResult{}, err
	}

	return s.keep(ctx, request.ProjectID, archive)
}
