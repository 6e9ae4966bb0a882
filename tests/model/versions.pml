/* Step 8 of docs/ordering.md with --delete-versions, in a source bucket that keeps versions: first a delete marker, then
 * the archived version by its id. One key. What a committed volume is, is commit.pml's subject: here an archived version
 * is in one, from then on for ever. check.py chooses the mutant, and lets spin look at every order of requests.
 *
 * A writer PUTs newer versions and deletes the key at any moment. Runs work beside each other and behind each other; each may
 * stop for ever between two requests, which is a kill, and a later one finds what it left. Every `:: d_step` is one
 * request reaching the store. A conditional delete that went unanswered arrives later, or never.
 */

#ifndef RUNS
#define RUNS 2
#endif
#ifndef PUTS
#define PUTS 3          /* by the writer, the first one at the start */
#endif
#define DEPTH 12        /* entries of the key's history; that they suffice is asserted */
#define MARKER 15

/* As in commit.pml. */
#define none                 0
#define version_first        1   /* the version goes by its id, and no marker is added */
#define any_version          2   /* all that lies under a marker goes, archived or not */
#ifndef MUTANT
#define MUTANT none
#endif
#ifndef INVARIANT
#define INVARIANT 0
#endif
#define checked(i) (INVARIANT == 0 || INVARIANT == i)
hidden byte V1_nothing_old_is_served;      /* a GET meets what was PUT last, or nothing */
hidden byte V2_deleted_is_archived;        /* a version that is gone for ever is in a committed volume */
hidden byte V3_last_run_finishes;          /* and then no archived version is left but under a newer object */
hidden byte model_is_large_enough;

#define bit(i) (1 << (i))

/* ---- the bucket: the key's versions 1, 2, ... and markers, oldest first; 0: deleted for ever */
byte history[DEPTH];
byte height;
byte written;           /* the version that was PUT last */
byte archived;          /* a set of versions */
byte gone;              /* a set: deleted for ever */
byte late;              /* the ETag of a conditional delete on its way; 0: none */

hidden byte i;
hidden byte top;        /* what a GET meets: a version, MARKER, or 0 for nothing at all */

inline look() {
  i = height;
  do
  :: i > 0 && history[i - 1] == 0 -> i--
  :: else -> break
  od;
  top = (i == 0 -> 0 : history[i - 1]);
  i = 0
}

inline push(entry) {
  model_is_large_enough = height < DEPTH;
  assert(model_is_large_enough);
  history[height] = entry;
  height++
}

/* DELETE with the ETag as condition and without a version id. */
inline hide(version) {
  look();
  if
  :: top == version && top != 0 && top != MARKER -> push(MARKER)
  :: else -> skip
  fi
}

/* DELETE of one version by its id. */
inline remove(version) {
  i = 0;
  do
  :: i < height && history[i] == version -> history[i] = 0; gone = gone | bit(version); break
  :: i < height && history[i] != version -> i++
  :: else -> break
  od;
  i = 0;
  check()
}

inline check() {
  look();
  V1_nothing_old_is_served = !checked(1) || top == 0 || top == MARKER || top == written;
  assert(V1_nothing_old_is_served);
  V2_deleted_is_archived = !checked(2) || (gone & ~archived) == 0;
  assert(V2_deleted_is_archived)
}

#define may_go(version) (version != 0 && version != MARKER && \
                         ((archived & bit(version)) != 0 || MUTANT == any_version))

/* The highest version that a listing shows under a marker and that is to go; 0: none. */
inline next_under_marker() {
  look();
  if
  :: top == MARKER ->
     i = height;
     do
     :: i > 0 && !may_go(history[i - 1]) -> i--
     :: else -> break
     od;
     seen = (i == 0 -> 0 : history[i - 1])
  :: else -> seen = 0
  fi;
  i = 0
}

mtype = { LIST, ARCHIVE, HIDE, SWEEP, REMOVE, DONE };

inline one_run(is_last) {
  at = LIST;
  do
  :: d_step { at == LIST -> look();
              if
              :: top == 0 || top == MARKER -> seen = 0; at = SWEEP
              :: else -> seen = top; at = ARCHIVE
              fi }
  :: d_step { at == ARCHIVE -> archived = archived | bit(seen);
              at = (MUTANT == version_first -> REMOVE : HIDE) }
  :: d_step { at == HIDE -> hide(seen); check(); at = SWEEP }
  :: d_step { at == HIDE && late == 0 && !is_last -> late = seen; at = DONE }     /* no answer, and killed */
  :: d_step { at == SWEEP -> next_under_marker(); at = (seen == 0 -> DONE : REMOVE) }
  :: d_step { at == REMOVE -> remove(seen); seen = 0; at = (MUTANT == version_first -> DONE : SWEEP) }
  :: !is_last -> at = DONE; break                                                  /* a kill */
  :: at == DONE -> break
  od;
  skip  /* a break must not lead into a d_step */
}

byte runs;              /* that work */
byte working;           /* of writer and network */

proctype s3compress() {
  mtype at;
  byte seen;
  one_run(0);
  d_step { runs--; at = DONE; seen = 0 }
}

proctype last_run() {
  mtype at;
  byte seen;
  one_run(1);
  d_step { next_under_marker();
           V3_last_run_finishes = !checked(3) || seen == 0;
           assert(V3_last_run_finishes);
           seen = 0 }
}

proctype writer() {
  byte deletes;
  do
  :: d_step { written < PUTS -> written++; push(written); check() }
  :: d_step { deletes < PUTS -> deletes++; look(); hide(top); check() }  /* what is there, if anything is */
  :: break
  od;
  working--
}

proctype network() {
  do
  :: d_step { late != 0 -> hide(late); late = 0; check() }
  :: d_step { late != 0 -> late = 0 }
  :: runs == 0 && late == 0 -> break
  od;
  working--
}

init {
  byte n;
  d_step { written = 1; push(1); runs = RUNS; working = 2 }
  atomic {
    run writer();
    run network();
    for (n : 1 .. RUNS) { run s3compress() }
  }
  runs == 0 && working == 0;
  run last_run()
}
