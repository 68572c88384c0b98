package edgeproxy

import (
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// requestRecord is what is kept of one request until the platform has it: nothing of its headers, cookies, body, query or client.
type requestRecord struct {
	started                       time.Time
	sampler                       *requestSampler
	vmID                          uuid.UUID // Zero: no VM answered.
	method, host, path, requestID string
	duration, firstByte           time.Duration
	bytesOut                      int64
	status, attempts              int
	interrupted                   bool
}

// requestRecorder records the requests to deployments. Requests wait neither for each other nor for the platform in it.
type requestRecorder struct {
	ring requestRing
	// samplers are those of the deployments that got requests lately: *requestSampler by id.
	samplers sync.Map
}

func newRequestRecorder() *requestRecorder { return &requestRecorder{} }

// record is called when a request has ended, with its upstream still in the exchange. It keeps no memory of what was asked.
func (r *requestRecorder) record(request asked, e *exchange) {
	if r == nil || e.route == nil || e.route.deploymentID == uuid.Nil {
		return
	}

	now := time.Now()

	sampler := r.samplerOf(e.route.deploymentID)
	if !sampler.admits(now, e.status) {
		return
	}

	displaced, ok := r.ring.push(requestRecord{
		started: e.started, sampler: sampler, vmID: e.vmID(), method: visible(request.method, maxMethod), host: hostOf(request, e), path: request.path(),
		requestID: e.id, duration: now.Sub(e.started), firstByte: e.answer.firstByte, bytesOut: e.answer.bytes, status: e.status, attempts: e.attempts,
		interrupted: e.answer.broken,
	})
	if !ok {
		displaced = sampler
	}

	if displaced != nil {
		displaced.dropped.Add(1)
	}
}

func (r *requestRecorder) samplerOf(deployment uuid.UUID) *requestSampler {
	if known, ok := r.samplers.Load(deployment); ok {
		return known.(*requestSampler) //nolint:forcetypeassert // There is nothing else in it.
	}

	made, _ := r.samplers.LoadOrStore(deployment, &requestSampler{deploymentID: deployment})

	return made.(*requestSampler) //nolint:forcetypeassert // There is nothing else in it.
}

// hostOf returns the hostname that was asked for: the exchange names the route's, which may stand for many.
func hostOf(request asked, e *exchange) string {
	if !strings.HasPrefix(e.host, wildcard) {
		return e.host
	}

	host, err := normalizeHost(request.host)
	if err != nil {
		return e.host
	}

	return strings.Clone(host)
}

// shipped returns the record as the platform takes it, with an id that it has from then on.
func (r requestRecord) shipped() client.ShippedRequest {
	return client.ShippedRequest{
		ID: id.Of(r.started), DeploymentID: r.sampler.deploymentID, VMID: lo.EmptyableToPtr(r.vmID), Method: r.method, Host: r.host, Path: r.path,
		Status: int64(r.status), DurationUs: max(r.duration.Microseconds(), 0), FirstByteUs: max(r.firstByte.Microseconds(), 0), BytesOut: r.bytesOut,
		Attempts: int64(r.attempts), Interrupted: r.interrupted, RequestID: r.requestID,
	}
}
