package edgeproxy

import (
	"net/http"
	"strconv"
	"sync/atomic"
)

// headerDraining says in the platform's answers to polls whether load balancers are to leave the edge, and in polls whether the edge has them leave it.
const headerDraining = "Zeitwork-Draining"

// rotation is whether load balancers are to send requests here. An edge that they are to leave serves whoever still comes.
type rotation struct{ left atomic.Bool }

// answered notes an answer to a poll. One of the version before does not tell, and neither does a failure.
func (r *rotation) answered(header http.Header) {
	if left, err := strconv.ParseBool(header.Get(headerDraining)); err == nil {
		r.left.Store(left)
	}
}
