package store

import (
	"strings"
	"testing"
)

// TestConditionsOfIndexes holds what queries say to what the partial indexes of
// the audit were made with, or they would not be used.
func TestConditionsOfIndexes(t *testing.T) {
	t.Parallel()
	for _, migration := range []string{auditLookupsSQLite, auditLookupsPostgreSQL} {
		for _, condition := range []string{isRefused, isSeldom} {
			if !strings.Contains(migration, " WHERE "+condition+";") {
				t.Errorf("no index is of %s", condition)
			}
		}
	}
}
