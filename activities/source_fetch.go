package activities

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// sizeInterval is how often a fetch is measured, and so bounds by how much it can exceed the limit.
	sizeInterval = 50 * time.Millisecond
	// sha256HashLength is the length of a commit's hash in repositories that use SHA-256.
	sha256HashLength = 64
	// messageBytes is how much of a commit's message is kept.
	messageBytes = 10_000
	// commitFields are what commitFormat prints.
	commitFields = 4
	commitFormat = "%an%x00%ae%x00%ct%x00%B"
)

// commit is what git knows about one.
type commit struct {
	hash    string
	author  string
	message string
	time    time.Time
}

// fetch gets one commit without history into the directory and packs its tree.
func (s *Source) fetch(ctx context.Context, directory string, request CloneRequest, hash string) (*archive, error) {
	template := filepath.Join(directory, "template")
	if err := os.Mkdir(template, directoryMode); err != nil {
		return nil, fmt.Errorf("make an empty template: %w", err)
	}

	repository := s.git
	repository.directory = directory

	format := "sha1"
	if len(hash) == sha256HashLength {
		format = "sha256"
	}

	gitDirectory := filepath.Join(directory, "repository")
	if _, err := repository.output(ctx, "init", "--quiet", "--bare", "--object-format="+format, "--template="+template, gitDirectory); err != nil {
		return nil, fmt.Errorf("make a repository to fetch into: %w", err)
	}

	repository.directory = gitDirectory

	tooLarge := problem.New(problem.Invalid, "The source of %s at %.12s is larger than %s. Remove large files from the repository.",
		request.RepositoryURL, hash, bytesInWords(s.config.MaxBytes))

	bounded, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	go watchSize(bounded, gitDirectory, s.config.MaxBytes, func() { cancel(tooLarge) })

	if err := s.fetchInto(bounded, repository, request, hash); err != nil {
		return nil, err
	}

	described, err := describe(ctx, repository, hash)
	if err != nil {
		return nil, err
	}

	entries, err := listEntries(ctx, repository, hash)
	if err != nil {
		return nil, err
	}

	content := sourceContent{repository: repository, commit: described, entries: entries, missing: missingSubmodules(entries)}

	if err := s.addLargeFiles(ctx, &content, request, filepath.Join(directory, "lfs"), tooLarge); err != nil {
		return nil, err
	}

	return pack(ctx, content, filepath.Join(directory, "archive"), s.config.MaxBytes, tooLarge)
}

// fetchInto gets one commit without history into a repository.
func (s *Source) fetchInto(ctx context.Context, repository git, request CloneRequest, hash string) error {
	if strings.HasPrefix(request.RepositoryURL, "ssh:") {
		return s.fetchOverSSH(ctx, repository, request, hash)
	}

	_, err := repository.showing(request.Credentials, request.RepositoryURL).remote(ctx, fetchCommand(request.RepositoryURL, hash)...)
	if err != nil {
		return explainGit(err, request.RepositoryURL, hash)
	}

	return nil
}

func fetchCommand(url, hash string) []string {
	return []string{"fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", url, hash}
}

func describe(ctx context.Context, repository git, hash string) (commit, error) {
	output, err := repository.output(ctx, "log", "-1", "--no-show-signature", "--format="+commitFormat, hash)
	if err != nil {
		return commit{}, fmt.Errorf("read commit %s: %w", hash, err)
	}

	fields := bytes.SplitN(output, []byte{0}, commitFields)
	if len(fields) != commitFields {
		return commit{}, fmt.Errorf("git described commit %s in %d fields instead of %d", hash, len(fields), commitFields)
	}

	seconds, err := strconv.ParseInt(string(fields[2]), 10, 64)
	if err != nil {
		return commit{}, fmt.Errorf("read the time of commit %s: %w", hash, err)
	}

	author := string(fields[0])
	if len(fields[1]) > 0 {
		author += " <" + string(fields[1]) + ">"
	}

	return commit{
		hash:    hash,
		author:  strings.ToValidUTF8(author, "\uFFFD"),
		message: cutText(strings.TrimSpace(string(fields[3])), messageBytes),
		time:    time.Unix(seconds, 0).UTC(),
	}, nil
}

// cutText returns at most that many bytes of text, as valid UTF-8 without NUL.
func cutText(text string, length int) string {
	text = strings.ReplaceAll(text[:min(length, len(text))], "\x00", "")

	return strings.ToValidUTF8(text, "")
}

// watchSize calls exceeded, once, when the directory has grown past the limit. It returns then or with the context.
func watchSize(ctx context.Context, directory string, limit int64, exceeded func()) {
	ticker := time.NewTicker(sizeInterval)
	defer ticker.Stop()

	for {
		if directorySize(directory) > limit {
			exceeded()

			return
		}

		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// directorySize adds up what the directory takes: the content of regular files, and a block for each entry. Files that vanish meanwhile count nothing.
func directorySize(directory string) int64 {
	const block = 4 << 10

	size := int64(0)

	_ = filepath.WalkDir(directory, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}

			return err
		}

		size += block

		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}

		return nil
	})

	return size
}

func bytesInWords(size int64) string {
	const unit = 1 << 10

	for _, name := range []string{"B", "KiB", "MiB"} {
		if size < unit || size%unit != 0 {
			return fmt.Sprintf("%d %s", size, name)
		}

		size /= unit
	}

	return fmt.Sprintf("%d GiB", size)
}
