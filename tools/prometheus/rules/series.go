package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// memory is a storage that has made-up series.
type memory []storage.Series

// add makes a series of Prometheus' notation for tests, such as `up{job="api"}` and `1x5 0x5 _`: a value for each interval from the beginning of time.
func (m *memory) add(series, values string, interval time.Duration) error {
	name, sequence, err := newParser().ParseSeriesDesc(series + " " + values)
	if err != nil {
		return fmt.Errorf("read the series %s: %w", series, err)
	}

	var samples []chunks.Sample

	for i, value := range sequence {
		if !value.Omitted {
			samples = append(samples, sample{at: int64(i) * interval.Milliseconds(), value: value.Value})
		}
	}

	*m = append(*m, storage.NewListSeries(name, samples))

	return nil
}

func (m *memory) Querier(_, _ int64) (storage.Querier, error) { return querier{series: *m}, nil }

type querier struct{ series []storage.Series }

// Select leaves what lies outside of the time to the engine.
func (q querier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	var found []storage.Series

	for _, one := range q.series {
		if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(one.Labels().Get(m.Name)) }) {
			found = append(found, one)
		}
	}

	return &set{series: found}
}

func (querier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (querier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (querier) Close() error { return nil }

// set walks over series.
type set struct {
	series  []storage.Series
	current storage.Series
}

func (s *set) Next() bool {
	if len(s.series) == 0 {
		return false
	}

	s.current, s.series = s.series[0], s.series[1:]

	return true
}

func (s *set) At() storage.Series                { return s.current }
func (s *set) Err() error                        { return nil }
func (s *set) Warnings() annotations.Annotations { return nil }

// sample is a value at a time in milliseconds.
type sample struct {
	at    int64
	value float64
}

func (s sample) ST() int64                     { return 0 }
func (s sample) T() int64                      { return s.at }
func (s sample) F() float64                    { return s.value }
func (s sample) H() *histogram.Histogram       { return nil }
func (s sample) FH() *histogram.FloatHistogram { return nil }
func (s sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s sample) Copy() chunks.Sample           { return s }
