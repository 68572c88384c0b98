package activities

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/egress"
	"github.com/zeitwork/zeitwork/internal/gitremote"
	"github.com/zeitwork/zeitwork/internal/gitssh"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/setting"
)

const directoryMode = 0o700

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
	remotes  *gitremote.Client
	// processes has a place for each git process of Head.
	processes chan struct{}
	cache     *treeCache
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
		if !slices.Contains([]string{"https", "ssh", "http", "file"}, protocol) {
			return nil, fmt.Errorf("ZEITWORK_GIT_PROTOCOLS names %s: sources can be fetched by https, ssh, http and file alone", protocol)
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

	dialer := egress.Dialer{Internal: config.Internal}

	remotes, err := newRemotes(dialer, config.GitProtocols)
	if err != nil {
		return nil, err
	}

	return &Source{
		config: config, registry: registry, cache: cache,
		git:       git{config: settings, protocols: config.GitProtocols, dialer: dialer},
		remotes:   remotes,
		processes: make(chan struct{}, processesAtOnce), headTimeout: headTimeout,
	}, nil
}

// CloneRequest names what to fetch.
type CloneRequest struct {
	// ProjectID says where the source is kept.
	ProjectID     uuid.UUID
	RepositoryURL string
	Branch        string
	// Commit is a full hash; empty for whatever the branch points at now.
	Commit string
	// Credentials are shown to the repository's own server alone, whose redirects are not followed then. Nil for a repository that everybody may read.
	Credentials *gitremote.Credentials
	// Identity is for URLs of SSH.
	Identity *gitssh.Identity
}

func (r CloneRequest) remote() Remote { return Remote{r.RepositoryURL, r.Credentials, r.Identity} }

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

// Clone makes sure that the registry holds the tree of the commit as an artifact, and describes it. Nothing is fetched
// where an earlier attempt has put it there. Files in Git LFS are part of it where their server gives them to anybody or to
// the credentials, submodules are not.
func (s *Source) Clone(ctx context.Context, request CloneRequest) (CloneResult, error) {
	ctx, cancel := s.bound(ctx, request)
	defer cancel()

	commit, err := s.commitOf(ctx, request)
	if err != nil {
		return CloneResult{}, err
	}

	result, found, err := s.find(ctx, request.ProjectID, commit)
	if err != nil || found {
		return result, err
	}

	err = s.withArchive(ctx, request, commit, func(_ string, packed *archive) error {
		result, err = s.keep(ctx, request.ProjectID, packed)

		return err
	})

	return result, err
}

// Kept returns what Clone has kept of a commit, given by its full hash; false where there is nothing, or less than a fetch may find now.
func (s *Source) Kept(ctx context.Context, projectID uuid.UUID, commit string) (CloneResult, bool, error) {
	if err := checkCommit(commit); err != nil {
		return CloneResult{}, false, err
	}

	return s.find(ctx, projectID, commit)
}

// bound gives fetching a source the time that it may take.
func (s *Source) bound(ctx context.Context, request CloneRequest) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.config.Timeout, problem.New(problem.Invalid,
		"Fetching %s took longer than %s. Make the repository smaller, or deploy again if its server was slow.", request.RepositoryURL, s.config.Timeout))
}

// commitOf returns the commit that is to be fetched, once the request is one that git may be given.
func (s *Source) commitOf(ctx context.Context, request CloneRequest) (string, error) {
	if err := checkRepositoryURL(request.RepositoryURL, s.config.GitProtocols); err != nil {
		return "", err
	}

	commit := request.Commit

	if commit == "" {
		head, err := s.Head(ctx, request.remote(), request.Branch)
		if err != nil {
			return "", err
		}

		commit = head
	}

	return commit, checkCommit(commit)
}

// withArchive fetches a commit and calls use with its archive, in a directory that is removed behind it.
func (s *Source) withArchive(ctx context.Context, request CloneRequest, commit string, use func(directory string, packed *archive) error) error {
	directory, err := newFetchDirectory(filepath.Join(s.config.Directory, "fetch"))
	if err != nil {
		return err
	}

	defer func() {
		if err := directory.remove(); err != nil {
			slog.WarnContext(ctx, "a fetched source could not be removed", "directory", directory.path, "error", err)
		}
	}()

	packed, err := s.fetch(ctx, directory.path, request, commit)
	if err != nil {
		return err
	}

	return use(directory.path, packed)
}
