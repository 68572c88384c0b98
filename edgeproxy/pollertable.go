package edgeproxy

import (
	"errors"
	"os"

	"github.com/zeitwork/zeitwork/internal/faultpoint"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// faultRouteTable is reached before a new table is in use, and again when it is in use and saved but not acknowledged.
const faultRouteTable = "route_table"

// restore loads the table of the last run; the edge serves from it until the platform answers.
func (p *poller) restore() {
	saved, err := p.saved()
	if err == nil && saved != nil {
		err = p.apply(*saved)
	}

	if err != nil {
		p.logger.Warn("the saved route table is of no use; waiting for the platform's", logging.Error(err))
	}
}

// saved returns the table of the last run, or nil where there is none.
func (p *poller) saved() (*tableChange, error) {
	changes, err := p.log.load()
	if err != nil {
		return nil, err
	}

	if changes == nil {
		return loadOldTable(p.directory)
	}

	whole := merge(changes)
	if whole.Checksum != "" && whole.Checksum != whole.sum() {
		return nil, errLogBroken
	}

	return &whole, nil
}

// take brings an answer into use and onto the disk. The next poll acknowledges its version.
func (p *poller) take(change tableChange, text []byte) (bool, error) {
	current := p.table.Load()
	if current != nil && !p.wantsWhole && change.Since == nil && change.Version == current.version && (change.Checksum == "" || !p.book.verified) {
		return false, nil // Nobody has held the poll.
	}

	faultpoint.Reach(faultRouteTable, faultpoint.Before)

	if err := p.apply(change); err != nil {
		p.wantsWhole = true

		return false, err
	}

	err := p.log.save(text, change.Since == nil)
	p.wantsWhole = errors.Is(err, errStale)

	switch {
	case p.wantsWhole:
		return false, err
	case err != nil:
		p.logger.Error("a restart without the platform would serve no route table", logging.Error(err))

		// A change could stand behind no whole table.
		p.book.verified = false
	default:
		_ = os.Remove(oldTableFile(p.directory)) // Mostly there is none.
	}

	faultpoint.Reach(faultRouteTable, faultpoint.After)

	return true, nil
}

func (p *poller) apply(change tableChange) error {
	made, problems, err := p.book.apply(change)
	for _, problem := range problems {
		p.logger.Error("left out of the route table", logging.Error(problem))
	}

	if err != nil {
		return err
	}

	p.table.Store(made)
	p.refresh.announce()
	p.logger.Info("serving from a new route table", "version", made.version, "hostnames", made.hostnames)

	return nil
}
