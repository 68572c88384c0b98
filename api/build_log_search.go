package api

import (
	"context"
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/api/internal/logtext"
	"github.com/zeitwork/zeitwork/database"
)

const (
	// searchBatch is how many lines of a build log a search reads at a time. A line may have 16 KiB, and two batches are in memory at a time.
	searchBatch = 200
	// maxBuildLinesSearched is how many lines one search of a build log looks at: more than a build may write.
	maxBuildLinesSearched = 250_000
)

func (s *service) searchBuildLog(ctx context.Context, input *SearchBuildLogInput) (*SearchBuildLogOutput, error) {
	query, err := parseQuery(input.Q)
	if err != nil {
		return nil, err
	}

	if _, err := s.buildLogExtent(ctx, input.DeploymentID); err != nil {
		return nil, err
	}

	matches, began := BuildLogMatches{Lines: []int32{}}, time.Now()

	err = s.eachBuildLine(ctx, input.DeploymentID, input.From, func(line database.ListBuildLogTextsRow) bool {
		if matches.Scanned >= maxBuildLinesSearched || time.Since(began) > maxSearchTime {
			matches.NextFrom = line.Number

			return false
		}

		matches.Scanned++

		if query.Matches(logtext.Plain(line.Line)) {
			if matches.Total++; len(matches.Lines) < input.Limit {
				matches.Lines = append(matches.Lines, line.Number)
			}
		}

		return true
	})

	return &SearchBuildLogOutput{Body: matches}, err
}

// buildLines is a batch of a build log.
type buildLines struct {
	lines []database.ListBuildLogTextsRow
	err   error
}

// eachBuildLine calls f for the lines of a build log from that number on, until f returns false. It reads the next lines while f looks at those before.
func (s *service) eachBuildLine(ctx context.Context, deployment uuid.UUID, from int32, f func(database.ListBuildLogTextsRow) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	for next := s.readBuildLines(ctx, deployment, from); next != nil; {
		batch := <-next
		if batch.err != nil {
			return batch.err
		}

		next = nil
		if len(batch.lines) == searchBatch {
			next = s.readBuildLines(ctx, deployment, batch.lines[searchBatch-1].Number+1)
		}

		for _, line := range batch.lines {
			if !f(line) {
				return nil
			}
		}
	}

	return nil
}

// readBuildLines returns a channel that gets one batch.
func (s *service) readBuildLines(ctx context.Context, deployment uuid.UUID, from int32) <-chan buildLines {
	read := make(chan buildLines, 1)

	go func() {
		lines, err := s.queries.ListBuildLogTexts(ctx, database.ListBuildLogTextsParams{
			DeploymentID: deployment, OrganisationID: organisationOf(ctx), FromNumber: from, BelowNumber: math.MaxInt32, MaxRows: searchBatch,
		})
		read <- buildLines{lines, err}
	}()

	return read
}
