package api

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func pathOf(t *testing.T, event receivedEvent) string {
	t.Helper()
	require.Equal(t, "request", event.name)

	var record client.RequestRecord

	require.NoError(t, json.Unmarshal([]byte(event.data), &record))

	return *record.Path
}

func TestRequestStream_SendsEachRequest_AndGoesOnBehindAnEvent(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment, path := b.deployment(t, project).ID, "/v1/projects/"+project.String()+"/requests/stream"

	b.pass(t, passed(deployment, time.Now(), "/before"))

	stream := b.stream(t, path, "")
	b.pass(t, passed(deployment, time.Now(), "/one"))

	one := stream.next(t)
	require.Equal(t, "/one", pathOf(t, one))

	// A request that began earlier than those already sent, but arrives later, is sent, too.
	b.pass(t, passed(deployment, time.Now().Add(-time.Hour), "/late"))
	require.Equal(t, "/late", pathOf(t, stream.next(t)))
	stream.stop()

	b.pass(t, passed(deployment, time.Now(), "/while-away"))

	again := b.stream(t, path, one.id)
	require.Equal(t, "/late", pathOf(t, again.next(t)))
	require.Equal(t, "/while-away", pathOf(t, again.next(t)))
}

func TestRequestStream_BeginsWithWhatCameLast_AndFilters(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment, path := b.deployment(t, project).ID, "/v1/projects/"+project.String()+"/requests/stream"

	for _, each := range []string{"/a1", "/b1", "/a2", "/b2", "/a3"} {
		b.pass(t, passed(deployment, time.Now(), each))
	}

	stream := b.stream(t, path+"?tail=2&path=a", "")
	require.Equal(t, "/a2", pathOf(t, stream.next(t)))
	require.Equal(t, "/a3", pathOf(t, stream.next(t)))

	b.pass(t, passed(deployment, time.Now(), "/b3"))
	b.pass(t, passed(deployment, time.Now(), "/a4"))
	require.Equal(t, "/a4", pathOf(t, stream.next(t)))

	ending := b.stream(t, path+"?tail=1&follow=false", "")
	require.Equal(t, "/a4", pathOf(t, ending.next(t)))

	_, more := <-ending.events
	require.False(t, more)
}

func TestRequestStream_OfMoreThanABatch_LeavesNothingOut(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment, path := b.deployment(t, project).ID, "/v1/projects/"+project.String()+"/requests/stream"
	many := make([]client.ShippedRequest, 0, 2*requestBatch)

	b.pass(t, passed(deployment, time.Now(), "/first"))

	for range 2 * requestBatch {
		many = append(many, passed(deployment, time.Now(), "/x"))
	}

	stream := b.stream(t, path+"?tail=1&follow=false", "")
	first := stream.next(t)

	b.pass(t, many...)

	stream = b.stream(t, path+"?follow=false", first.id)
	for range many {
		require.Equal(t, "/x", pathOf(t, stream.next(t)))
	}

	_, more := <-stream.events
	require.False(t, more)
}

func TestRequestStream_ProjectIsDeleted_Ends(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	stream := b.stream(t, "/v1/projects/"+project.String()+"/requests/stream", "")

	_, err := b.owner.DeleteProjectWithResponse(t.Context(), project, nil)
	require.NoError(t, err)

	for range stream.events {
	}
}
