package chain_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gatehouse/runtime/sso/chain"
)

// TestSealsGone removes seals from either end, from between, and all.
func TestSealsGone(t *testing.T) {
	t.Parallel()
	for where, want := range map[string]string{
		"number = 0": "", "number = 2": "", // which Verify finds
		"number = 1": "the seals 1 to 1 are gone", "number <= 2": "the seals 1 to 2 are gone",
		"number = 4": "the seals 4 to 4 are gone", "number > 1": "the seals 2 to 4 are gone", "number > 0": "the seals 1 to 4 are gone",
	} {
		each(t, func(a *audit) {
			if err := a.chain.SealsGone(a.Context()); err != nil {
				a.Error("before the first seal:", err)
			}
			for range 4 {
				a.write(2)
				a.seal(2)
			}
			a.exec("DELETE FROM gatehouse_audit_seal WHERE " + where)
			err := a.chain.SealsGone(a.Context())
			if errors.Is(err, chain.ErrAltered) != (want != "") || want != "" && !strings.HasSuffix(fmt.Sprint(err), want) {
				a.Errorf("%s: %v, want %q", where, err, want)
			}
		})
	}
}

// TestEntriesWhoseSealsAreGone tells of them that a seal may have listed them.
func TestEntriesWhoseSealsAreGone(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		for range 3 {
			a.write(2)
			a.seal(2)
		}
		a.exec("DELETE FROM gatehouse_audit_seal")
		count := 0
		report, err := a.chain.Verify(a.Context(), "", func(f chain.Finding) error {
			if f.Kind == chain.EntryInserted && strings.HasSuffix(f.Detail, "one that is gone may have") {
				count++
			}
			return nil
		})
		if err != nil || report.OK || count != 6 || report.Findings != 7 {
			a.Errorf("%+v, %v, %d entries", report, err, count)
		}
	})
}

// TestSealsThatTheirAgeHasRemoved are not gone.
func TestSealsThatTheirAgeHasRemoved(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		for range 3 {
			a.write(2)
			a.seal(2)
		}
		a.clock = a.clock.AddDate(0, 0, 1)
		if n, err := a.chain.RemoveBefore(a.Context(), a.clock); n != 6 || err != nil {
			a.Fatal(n, err)
		}
		if err := a.chain.SealsGone(a.Context()); err != nil {
			a.Error(err)
		}
	})
}
