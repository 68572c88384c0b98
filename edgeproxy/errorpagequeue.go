package edgeproxy

import "time"

// errorPageAsk is one app that is to be asked.
type errorPageAsk struct {
	page *errorPage
	// host is a hostname of the deployment; empty: what was saved is looked at.
	host  string
	tries int
	at    time.Time
}

// errorPageQueue is a heap of apps, of which the one that is to be asked first is on top.
type errorPageQueue []errorPageAsk

func (q *errorPageQueue) Len() int           { return len(*q) }
func (q *errorPageQueue) Less(i, j int) bool { return (*q)[i].at.Before((*q)[j].at) }
func (q *errorPageQueue) Swap(i, j int)      { (*q)[i], (*q)[j] = (*q)[j], (*q)[i] }
func (q *errorPageQueue) Push(one any)       { *q = append(*q, one.(errorPageAsk)) } //nolint:forcetypeassert // There is nothing else in it.

func (q *errorPageQueue) Pop() any {
	last := len(*q) - 1
	one := (*q)[last]
	(*q)[last] = errorPageAsk{}
	*q = (*q)[:last]

	return one
}
