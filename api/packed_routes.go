package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/klauspost/compress/gzip"
)

// packedFor is how long packed tables are kept after the last one was made.
const packedFor = time.Minute

// gzipEncoding is the encoding in which packed tables are sent.
const gzipEncoding = "gzip"

// packedRoutes has what edges are told of the newest version of the route table, encoded and compressed, once for all that are told the same: a hundred edges
// that wait get each change, and a hundred that start without a table get the whole of it.
//
// Routes are much like each other, so that it pays to compress them. No other answer of the API is compressed, since its length could tell what secrets stand
// beside what somebody has put into it.
type packedRoutes struct {
	feed *routeFeed

	mutex sync.Mutex
	// edition is that of the table of which bySince tells.
	edition routeEdition
	// bySince makes what has changed since a version, when it is first asked for.
	bySince map[int64]func() (*RouteTable, error)
	// forget empties bySince.
	forget *time.Timer
}

func newPackedRoutes(feed *routeFeed) *packedRoutes {
	p := &packedRoutes{feed: feed}
	p.forget = time.AfterFunc(packedFor, p.empty)

	return p
}

// since is as the feed's table, packed.
func (p *packedRoutes) since(version int64) (*RouteTable, error) {
	return p.maker(version)()
}

// maker returns what makes the table for its first caller, while others wait, and gives it to all.
func (p *packedRoutes) maker(since int64) func() (*RouteTable, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	if edition := p.feed.edition(); p.bySince == nil || p.edition != edition {
		p.edition, p.bySince = edition, map[int64]func() (*RouteTable, error){}
	}

	maker, ok := p.bySince[since]
	if !ok {
		maker = sync.OnceValues(func() (*RouteTable, error) { return pack(p.feed.table(since)) })
		p.bySince[since] = maker
		p.forget.Reset(packedFor)
	}

	return maker
}

func (p *packedRoutes) empty() {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.bySince = nil
}

// pack returns the table with nothing but its version and what is sent of it.
func pack(table *RouteTable) (*RouteTable, error) {
	var packed bytes.Buffer

	writer := gzip.NewWriter(&packed)

	if err := errors.Join(huma.DefaultJSONFormat.Marshal(writer, table), writer.Close()); err != nil {
		return nil, fmt.Errorf("pack the route table: %w", err)
	}

	return &RouteTable{Version: table.Version, packed: packed.Bytes()}, nil
}

// writeAnswer encodes an answer, unless that was done before.
func writeAnswer(writer io.Writer, answer any) error {
	if table, ok := answer.(*RouteTable); ok && table.packed != nil {
		_, err := writer.Write(table.packed)

		return err
	}

	return huma.DefaultJSONFormat.Marshal(writer, answer)
}
