/* The commit protocol of docs/ordering.md, whose step numbers and words are used here; what a source object, a volume, an
 * id, an index, a manifest are is told in docs/design.md, section 3. check.py chooses the sizes, the store and the mutant,
 * and lets spin look at every order in which the requests of all parties can reach the store.
 *
 * How to read it. The buckets are a few global variables. Every option `:: d_step { guard -> effect }` is one request
 * reaching the store, together with what its sender makes of the answer; nothing of two parties happens within one. A
 * run is a record that names its next request (`at`), so everything a party knows is in `runs` and killing it is an
 * assignment. Sets are bit masks: bit i of a set of ids is the volume with id i, and a source object is the bit
 * object(key, version), where the version stands for ETag, size and last-modified.
 *
 * Who is there. RUNS runs of s3compress on one group, at any relative speed; a run may stop for ever at any point, which
 * is a kill. A writer that adds and overwrites source objects. gc at age 0. The network, which delivers what nobody
 * waits for any more. In scenarios of their own an environment, which deletes archives, brings them back, copies them to
 * other names and makes them lose their ids. At any moment, once, the power fails: all of them are dead but the network and
 * the environment, and one last run finds the buckets as they are. It must bring everything to its end.
 */

/* Sizes and the store; check.py sets them. */
#ifndef RUNS
#define RUNS 2          /* runs beside each other, before the last one */
#endif
#ifndef PASSES
#define PASSES 2        /* how often a run starts again at 1 before it gives up */
#endif
#ifndef LAST_PASSES
#define LAST_PASSES 2   /* and the last one, which must not need more */
#endif
#ifndef KEYS
#define KEYS 2          /* source keys of the group, in their order */
#endif
#ifndef VERSIONS
#define VERSIONS 2      /* how often the writer PUTs one key, at most */
#endif
#ifndef AT_START
#define AT_START 1      /* keys that are there at the start; the others are late arrivals */
#endif
#ifndef VOLUME_OBJECTS
#define VOLUME_OBJECTS KEYS  /* --max-objects */
#endif
#ifndef GC
#define GC 1            /* gc works beside the runs, and runs clear what others left */
#endif
#ifndef FOREIGN_ARCHIVE
#define FOREIGN_ARCHIVE 0    /* somebody's object stands at the first name */
#endif
#ifndef LATE_RECORDS
#define LATE_RECORDS 0  /* PUTs of indexes and manifests go unanswered, or arrive again later */
#endif
#ifndef MARKS
#define MARKS 0         /* the marks that let a record outlive its archive; without an environment they change nothing */
#endif
#ifndef ENVIRONMENT
#define ENVIRONMENT 0   /* how often somebody changes an archive */
#endif
#ifndef OLD_VOLUME
#define OLD_VOLUME 0    /* at the start a volume is committed, its source deleted, by a program that knew no marks */
#endif
#ifndef OVERTAKEN
#define OVERTAKEN 0     /* id 1's Complete takes effect although its upload was aborted; run 0 has one pass; needs MARKS */
#endif
#ifndef CONDITIONAL_COMPLETE
#define CONDITIONAL_COMPLETE 1
#endif
#ifndef CONDITIONAL_DELETE
#define CONDITIONAL_DELETE 1
#endif
#ifndef NAMES
#define NAMES 4         /* ….zip, …-2.zip, …; that they suffice is asserted */
#endif
#ifndef IDS
#define IDS 6           /* ids in use at one time; that they suffice is asserted */
#endif

/* A mutant leaves one rule of docs/ordering.md out, where it is named. Its test demands that this breaks exactly the
 * invariant it is said to break. */
#define none                 0
#define ids_not_compared     1   /* any archive at a name is taken for the manifest's */
#define next_name            2   /* an unproven id at our name: the next name, instead of starting again */
#define manifest_last        3   /* the manifest is PUT after Complete */
#define no_fence             4   /* no 5b on a store without conditional Complete */
#define fence_first          5   /* 5b before 5 */
#define fence_looks_first    6   /* the HEAD of 5b before its aborts */
#define no_if_none_match     7   /* a Complete without condition on a store that knows it */
#define no_second_head       8   /* the manifest goes right after the abort */
#define remove_without_abort 9   /* the manifest goes after a HEAD alone */
#define index_without_abort  10  /* a lone index goes although its upload may still be completed */
#define delete_before_proof  11  /* sources are deleted once Complete was sent */
#define delete_without_etag  12  /* a DELETE without condition on a store that knows it */
#define blind_resend         13  /* an unanswered DELETE without condition is sent again without looking */
#define mark_after_delete    14  /* a run is killed between its deletes and the mark */
#define mark_not_looked_for  15  /* the manifest goes although its volume has a mark */
#define abort_believed       16  /* an old record goes because its upload could be aborted */
#define no_take_back_mark    17  /* the remover looks for the run's mark without having put its own */
#define looks_before_it_puts 18  /* the remover looks for the run's mark only before it puts its own */
#define take_back_not_looked_for 19  /* the run deletes although the remover has put its mark */
#define manifest_not_looked_for 20  /* the run deletes although the manifest has gone */
#define take_back_mark_first 21  /* the remover's mark goes before the manifest */
#define mark_at_delete       22  /* a volume is marked before its first delete, not when it is committed */
#define remade_before_mark   23  /* a record is made again before its archive is marked */
#define remade_without_look  24  /* a record is made again without a look for the take-back mark */
#ifndef MUTANT
#define MUTANT none
#endif

/* The invariants. Where INVARIANT is set, only that one is checked. Hidden, because nothing is remembered in them. */
#ifndef INVARIANT
#define INVARIANT 0
#endif
/* Nothing is promised of an archive that somebody deletes but that its record stays. */
/* A store that lets a Complete overtake an abort breaks I3 by itself, and I5 if a remover is killed meanwhile. */
#define checked(i) (INVARIANT == 0 -> (i >= 6 || !ENVIRONMENT) && !(OVERTAKEN && (i == 3 || i == 5)) : INVARIANT == i)
hidden byte I1_deleted_is_archived;    /* what was deleted is in a committed volume, from then on for ever */
hidden byte I2_archive_never_changes;
hidden byte I3_archive_has_record;     /* no visible archive without its manifest and index */
hidden byte I4_archived_once;          /* no (key, ETag) in two committed volumes */
hidden byte I5_last_run_finishes;      /* and then every source object is archived and deleted */
hidden byte I6_record_stays;           /* what was deleted is in a volume that has its manifest and index, for ever */
hidden byte I7_commit_is_on_record;    /* a volume that a run went on from has its manifest and index, for ever */
hidden byte model_is_large_enough;

/* ---- the buckets */

#define bit(i) (1 << (i))
#define object(key, version) bit((key) * VERSIONS + (version) - 1)
#define FOREIGN 15

byte source[KEYS];          /* the version that stands at a key; 0: no object */
byte versions[KEYS];        /* how many the key has had */
byte deleted;               /* the objects that we deleted; nobody reads this but the invariants */

byte archive[NAMES + 1];    /* id of the archive at a name, names count from 1; 0: none; or FOREIGN */
byte manifests;             /* ids */
byte indexes;
byte commit_marks;
byte take_back_marks;
byte old_manifests;         /* of a program that knew no marks */
#if MARKS
byte gone_on;               /* ids; a run saw them committed and went on; nobody reads this but the invariants */
#endif

/* SENT: a Complete is on its way. It takes effect at some time or never, and as often as it is repeated: the bit needs no
 * counter, because once it had its effect or the upload was aborted, no copy of it can have any (docs/ordering.md,
 * "What is assumed of every store"). */
mtype = { OPEN, SENT, GONE };
mtype upload[IDS + 1];      /* 0: the id is unused */
byte name[IDS + 1];         /* of the archive that the upload of this id makes */
byte members[IDS + 1];      /* objects */

byte late_manifests;        /* ids; a PUT of their manifest is still on its way */
byte late_indexes;
byte late_deletes;          /* objects; a conditional DELETE of theirs is still on its way */

byte changes_left = ENVIRONMENT;
byte lost[NAMES + 1];       /* id of the archive that somebody took away from a name; it can come back */

/* ---- the parties */

mtype = {
  LIST_SOURCES,                                                                     /* 1 */
  LIST_MANIFESTS, PROVE, PROVE_MARK, PROVE_AGAIN, LIST_MARKS, LIST_UPLOADS,         /* 2 */
  PUT_MARK, SEE_TAKE_BACK, SEE_MANIFEST,                                            /* 2, 7 and 8 */
  HEAD_NAME, ANNOUNCE, LOOK_ONCE, REMAKE_INDEX, REMAKE_MANIFEST,                    /* 3 */
  GET_MEMBERS,                                                                      /* 4 */
  PUT_INDEX, PUT_MANIFEST,                                                          /* 5 */
  FENCE, FENCE_PROVE, FENCE_ABORT, FENCE_HEAD,                                      /* 5b */
  COMPLETE,                                                                         /* 6 */
  HEAD, SEE_UPLOAD, ABORT, HEAD_AGAIN, SEE_MARK, PUT_TAKE_BACK, SEE_MARK_AGAIN,     /* 7 */
  REMOVE_MANIFEST, REMOVE_INDEX, REMOVE_TAKE_BACK,
  LIST_AGAIN, DELETE, RESEND,                                                       /* 8 */
  ENDED,                                                                            /* 9 */
  ABORT_UPLOADS, HEAD_MANIFEST                                                      /* gc only */
};

typedef Run {
  mtype at;           /* the next request */
  byte pass;
  byte to_pack;       /* 1: objects listed that are neither archived nor packed yet */
  byte to_prove;      /* 2 and 5b: ids whose manifests were listed and not looked at yet; then those to mark */
  byte to_take_back;  /* 2: ids whose manifests no archive carries */
  byte proven;        /* 2 and 7: ids of committed volumes */
  byte lost;          /* 2: ids of volumes that were committed and whose archives are gone */
  byte met;           /* 3: ids without proof that stood where we wanted to write; kept when starting again */
  byte name;          /* 3 */
  byte id;            /* 3: of the volume in the making */
  byte target;        /* 7: whose manifest is taken back, ours or another one's */
  byte to_delete;     /* 8: objects */
  byte marked;        /* ids; their records were still there after they had been marked */
};
#define LAST RUNS          /* the last run's number */
#define THE_GC (RUNS + 1)  /* gc's; it uses `at` and `target` only */
Run runs[RUNS + 2];
bool power_failed;      /* from here on only the last run and the network do anything */

/* Scratch, meaningless between two steps. */
hidden byte i;
hidden byte n;
hidden byte found;
hidden byte known;
hidden byte recorded;

#define lowest(set) ((set) & 1 -> 0 : ((set) & 2 -> 1 : ((set) & 4 -> 2 : ((set) & 8 -> 3 : \
                    ((set) & 16 -> 4 : ((set) & 32 -> 5 : ((set) & 64 -> 6 : 7)))))))
#define without_lowest(set) ((set) & ((set) - 1))

#if MUTANT == ids_not_compared
#define carries(a_name, an_id) (archive[a_name] != 0)
#else
#define carries(a_name, an_id) (archive[a_name] == (an_id))
#endif

/* found := the objects that stand in the source bucket. */
inline list_sources() {
  found = 0;
  for (i : 0 .. KEYS - 1) {
    if :: source[i] -> found = found | object(i, source[i]) :: else fi
  }
}

/* found := the members of the volumes of these ids. */
inline members_of(ids) {
  found = 0;
  for (i : 1 .. IDS) {
    if :: (ids) & bit(i) -> found = found | members[i] :: else fi
  }
}

/* found := the members of all committed volumes, as a reader finds them. n := archives without record. */
inline committed_members() {
  found = 0; n = 0;
  for (i : 1 .. NAMES) {
    if
    :: archive[i] == 0 || archive[i] == FOREIGN
    :: else -> if
               :: manifests & indexes & bit(archive[i]) -> found = found | members[archive[i]]
               :: else -> n++
               fi
    fi
  }
}

/* After every step that could break them. */
inline check() {
  committed_members();
  I1_deleted_is_archived = !checked(1) || (deleted & ~found) == 0;
  assert(I1_deleted_is_archived);
  I3_archive_has_record = !checked(3) || n == 0;
  assert(I3_archive_has_record);
  recorded = 0;
  for (i : 1 .. IDS) {
    if :: manifests & indexes & bit(i) -> recorded = recorded | members[i] :: else fi
  }
  I6_record_stays = !checked(6) || (deleted & ~recorded) == 0;
  assert(I6_record_stays);
#if MARKS
  I7_commit_is_on_record = !checked(7) || (gone_on & ~(manifests & indexes)) == 0;
  assert(I7_commit_is_on_record)
#endif
}

/* An id that has left no trace and that nobody remembers can be given out again: that keeps the states finite and few.
 * In truth ids are never used twice; here nobody is left who could tell. */
inline recycle_ids() {
  known = manifests | indexes | late_manifests | late_indexes | commit_marks | take_back_marks;
#if ENVIRONMENT
  for (i : 1 .. NAMES) {
    if :: archive[i] && archive[i] != FOREIGN -> known = known | bit(archive[i]) :: else fi;
    known = known | bit(lost[i])
  }
#endif
  for (i : 0 .. THE_GC) {
    known = known | runs[i].to_prove | runs[i].to_take_back | runs[i].proven | runs[i].met | runs[i].lost;
    known = known | bit(runs[i].id) | bit(runs[i].target);
  }
  for (i : 1 .. IDS) {
    if
    :: upload[i] == GONE && archive[name[i]] != i && !(known & bit(i)) -> upload[i] = 0; name[i] = 0; members[i] = 0
    :: else
    fi
  }
  i = 0  /* a d_step must not end in a loop */
}

/* What the dead knew is gone: the same as if it had never been known, which saves states. */
inline forget(r) {
  runs[r].pass = 0; runs[r].to_pack = 0; runs[r].to_prove = 0; runs[r].to_take_back = 0; runs[r].proven = 0; runs[r].met = 0;
  runs[r].name = 0; runs[r].id = 0; runs[r].target = 0; runs[r].to_delete = 0; runs[r].lost = 0; runs[r].marked = 0;
}

inline end_run(r) {
  forget(r);
  runs[r].at = ENDED;
  recycle_ids()
}

/* ---- a run */

#define me runs[r]

/* The order of the steps of 5 to 7, which some mutants change. */
#if MUTANT == fence_first
#define AFTER_PACKING      FENCE
#define AFTER_FENCE        PUT_INDEX
#else
#define AFTER_PACKING      PUT_INDEX
#define AFTER_FENCE        COMPLETE
#endif
#if MUTANT == manifest_last
#define AFTER_INDEX        COMPLETE
#define AFTER_COMPLETE     PUT_MANIFEST
#define AFTER_MANIFEST     HEAD
#else
#define AFTER_INDEX        PUT_MANIFEST
#define AFTER_COMPLETE     HEAD
#if CONDITIONAL_COMPLETE || MUTANT == no_fence || MUTANT == fence_first
#define AFTER_MANIFEST     COMPLETE
#elif MUTANT == fence_looks_first
#define AFTER_MANIFEST     FENCE_HEAD
#else
#define AFTER_MANIFEST     FENCE
#endif
#endif
#if MUTANT == fence_looks_first
#define AFTER_FENCE_HEAD   FENCE
#define AFTER_FENCE_ABORTS AFTER_FENCE
#else
#define AFTER_FENCE_HEAD   AFTER_FENCE
#define AFTER_FENCE_ABORTS FENCE_HEAD
#endif

/* take_back(), request by request. */
#if OLD_VOLUME
#define FIRST_OF_TAKE_BACK SEE_UPLOAD
#else
#define FIRST_OF_TAKE_BACK ABORT
#endif
#if !MARKS || MUTANT == mark_not_looked_for
#define AFTER_HEADS REMOVE_MANIFEST
#else
#define AFTER_HEADS SEE_MARK
#endif
#if MUTANT == no_second_head
#define AFTER_ABORT AFTER_HEADS
#else
#define AFTER_ABORT HEAD_AGAIN
#endif
#if MUTANT == no_take_back_mark
#define AFTER_NO_MARK REMOVE_MANIFEST
#else
#define AFTER_NO_MARK PUT_TAKE_BACK
#endif
#if MUTANT == looks_before_it_puts
#define AFTER_TAKE_BACK_MARK REMOVE_MANIFEST
#else
#define AFTER_TAKE_BACK_MARK SEE_MARK_AGAIN
#endif
#if MUTANT == take_back_mark_first
#define AFTER_NO_MARK_AGAIN REMOVE_TAKE_BACK
#else
#define AFTER_NO_MARK_AGAIN REMOVE_MANIFEST
#endif

/* What a run does that makes a record again. */
#if MUTANT == remade_before_mark
#define FIRST_OF_REMAKING REMAKE_INDEX
#else
#define FIRST_OF_REMAKING ANNOUNCE
#endif
#if MUTANT == remade_without_look
#define AFTER_ANNOUNCEMENT REMAKE_INDEX
#else
#define AFTER_ANNOUNCEMENT LOOK_ONCE
#endif

/* Where volumes are marked. */
#if !MARKS || MUTANT == mark_after_delete || MUTANT == mark_at_delete
#define MARKS_COMMITS 0
#else
#define MARKS_COMMITS 1
#endif
#if MUTANT == mark_at_delete
#define BEFORE_DELETE PUT_MARK
#else
#define BEFORE_DELETE SEE_TAKE_BACK
#endif

/* Whether the record says nothing of marks, and its upload isn't listed: it may have been completed once. */
#if MUTANT == abort_believed
#define may_be_committed(an_id) 0
#else
#define may_be_committed(an_id) (old_manifests & bit(an_id) && upload[an_id] == GONE)
#endif

inline start_again() {
  me.to_pack = 0; me.to_prove = 0; me.to_take_back = 0; me.proven = 0; me.name = 0; me.id = 0; me.target = 0; me.lost = 0;
  me.marked = 0;
  me.pass++;
  if
  :: me.pass == (r == LAST -> LAST_PASSES : (OVERTAKEN && r == 0 -> 1 : PASSES)) ->
       I5_last_run_finishes = !checked(5) || r != LAST;
       assert(I5_last_run_finishes);
       end_run(r)
  :: else -> me.at = LIST_SOURCES; recycle_ids()
  fi
}

/* me.name := the first name after a_name that none of the volumes has that we have proof of or know to be lost. */
inline next_free_name(a_name) {
  me.name = a_name + 1;
  for (i : 1 .. IDS) {  /* in no order of names, so as often as there may be names */
    for (n : 1 .. IDS) {
      if :: (me.proven | me.lost) & bit(n) && name[n] == me.name -> me.name++ :: else fi
    }
  }
  model_is_large_enough = me.name <= NAMES;
  assert(model_is_large_enough)
}

/* 3 for the next volume, or 8. */
inline next_volume() {
  me.name = 0; me.id = 0; me.target = 0;
  if
  :: me.to_pack -> next_free_name(0); me.at = HEAD_NAME
  :: else -> me.at = LIST_AGAIN
  fi
}

/* 2, when all manifests were looked at and perhaps taken back. */
inline after_clean_up() {
  if
  :: me.to_take_back ->
       me.target = lowest(me.to_take_back);
       me.to_take_back = without_lowest(me.to_take_back);
       me.at = FIRST_OF_TAKE_BACK
  :: else -> me.target = 0; me.at = LIST_UPLOADS
  fi
}

inline all_is_proven() {
  members_of(me.proven);
  me.to_pack = me.to_pack & ~found;
  if
  :: GC && me.to_pack && me.pass == 0 -> after_clean_up()
  :: else -> me.to_take_back = 0; next_volume()
  fi
}

inline next_to_prove() {
  if
  :: me.to_prove -> me.at = PROVE
#if MARKS_COMMITS
  :: !me.to_prove && me.proven -> me.at = LIST_MARKS
  :: !me.to_prove && !me.proven -> all_is_proven()
#else
  :: else -> all_is_proven()
#endif
  fi
}

/* 7 found our archive. */
inline is_committed() {
  me.proven = me.proven | bit(me.id);
#if MARKS_COMMITS
  me.to_prove = bit(me.id);
  me.at = PUT_MARK
#else
#if MARKS
  gone_on = gone_on | bit(me.id);
#endif
  next_volume()
#endif
}

inline next_to_fence() {
  me.at = (me.to_prove -> FENCE_PROVE : AFTER_FENCE_ABORTS)
}

/* 7 came to an end without our archive: on with whatever took the manifest back. */
inline taken_back() {
  if
  :: me.target == me.id -> start_again()
  :: else -> me.target = 0; after_clean_up(); recycle_ids()
  fi
}

/* 7 found out that the volume was committed once. Its record stays. */
inline is_lost() {
  if
  :: me.target == me.id -> start_again()
  :: else -> me.target = 0; after_clean_up()
  fi
}

/* Whether a Complete of this id would make its archive visible now. */
#if MUTANT == no_if_none_match
#define lets_complete(an_id) 1
#else
#define lets_complete(an_id) (!CONDITIONAL_COMPLETE || archive[name[an_id]] == 0)
#endif

/* Whether another party is taking a record back. Removers share one take-back mark, so the first to end takes it away from
 * the others. Where an abort holds, that does no harm: the archive can't come any more. Where it can be overtaken, only one
 * remover at a time is looked at. */
#define takes_back(p, an_id) (runs[p].target == (an_id) && (runs[p].at == ABORT || runs[p].at == HEAD_AGAIN || \
    runs[p].at == SEE_MARK || runs[p].at == PUT_TAKE_BACK || runs[p].at == SEE_MARK_AGAIN || runs[p].at == REMOVE_MANIFEST || \
    runs[p].at == REMOVE_INDEX || runs[p].at == REMOVE_TAKE_BACK))
#if OVERTAKEN
#define may_take_back(p, an_id) (((p) == 0 || !takes_back(0, an_id)) && ((p) == 1 || !takes_back(1, an_id)) && \
    ((p) == 2 || !takes_back(2, an_id)) && ((p) == 3 || !takes_back(3, an_id)))
#else
#define may_take_back(p, an_id) 1
#endif

inline abort_upload(an_id) {
  if :: upload[an_id] && !(OVERTAKEN && an_id == 1 && upload[an_id] == SENT) -> upload[an_id] = GONE :: else fi
}

inline put_index() { indexes = indexes | bit(me.id) }
inline put_manifest() { manifests = manifests | bit(me.id) }

/* The requests that take a manifest back, after whatever made somebody want that. */
inline abort_for_take_back(an_id) {
#if MUTANT == remove_without_abort
  skip
#else
  abort_upload(an_id)
#endif
}

inline remove_manifest(an_id) {
  manifests = manifests & ~bit(an_id);
  check()
}

inline remove_index(an_id) {
  indexes = indexes & ~bit(an_id);
  check()
}

inline delete_object(key) {
  deleted = deleted | object(key, source[key]);
  late_deletes = late_deletes & ~object(key, source[key]);
  source[key] = 0;
  check()
}

#define doomed_key (lowest(me.to_delete) / VERSIONS)
#define doomed_version (lowest(me.to_delete) % VERSIONS + 1)

inline next_to_delete() {
  me.to_delete = without_lowest(me.to_delete);
  if
  :: me.to_delete -> me.at = DELETE
  :: else -> end_run(r)
  fi
}

/* 2, 7 and 8: a volume is marked and its record was still there afterwards. */
inline next_to_mark() {
  me.marked = me.marked | bit(lowest(me.to_prove));
  gone_on = gone_on | bit(lowest(me.to_prove));
  me.to_prove = without_lowest(me.to_prove);
  check();
  if
  :: me.to_prove -> me.at = (me.to_delete -> BEFORE_DELETE : PUT_MARK)
  :: !me.to_prove && me.to_delete -> me.at = DELETE       /* 8 */
  :: !me.to_prove && !me.to_delete && me.id -> next_volume()      /* 7 */
  :: !me.to_prove && !me.to_delete && !me.id -> all_is_proven()   /* 2 */
  fi
}

proctype s3compress(byte r) {
  if
  :: r == LAST ->
       /* At any moment: whoever is under way stays where it is for ever, and with it everything it knew. */
       d_step {
         power_failed = true;
         for (n : 0 .. RUNS - 1) { forget(n); runs[n].at = ENDED }
         forget(THE_GC); runs[THE_GC].at = 0;
         recycle_ids()
       }
  :: else
  fi;
  do
  /* 1 */
  :: d_step { me.at == LIST_SOURCES ->
       list_sources();
       me.to_pack = found;
       if :: found -> me.at = LIST_MANIFESTS :: else -> end_run(r) fi }

  /* 2 */
  :: d_step { me.at == LIST_MANIFESTS -> me.to_prove = manifests; next_to_prove() }
  :: d_step { me.at == PROVE ->  /* GET the manifest, HEAD its archive */
       n = lowest(me.to_prove);
       me.to_prove = without_lowest(me.to_prove);
       if
       :: !(manifests & bit(n))  /* taken back since the listing */
       :: else -> if
                  :: carries(name[n], n) -> me.proven = me.proven | bit(n)
#if MARKS
                  :: else -> me.target = n; me.at = PROVE_MARK
#else
                  :: else -> me.to_take_back = me.to_take_back | bit(n)
#endif
                  fi
       fi;
       if :: me.at == PROVE -> next_to_prove() :: else fi }
#if MARKS
  :: d_step { me.at == PROVE_MARK && !(commit_marks & bit(me.target)) && !may_be_committed(me.target) ->
       me.to_take_back = me.to_take_back | bit(me.target);
       me.target = 0;
       next_to_prove() }
  :: d_step { me.at == PROVE_MARK && (commit_marks & bit(me.target) || may_be_committed(me.target)) -> me.at = PROVE_AGAIN }
  :: d_step { me.at == PROVE_AGAIN ->  /* it may have been completed and marked in between */
       if
       :: carries(name[me.target], me.target) -> me.proven = me.proven | bit(me.target)
       :: else -> me.lost = me.lost | bit(me.target)
       fi;
       me.target = 0;
       next_to_prove() }
#endif
#if MARKS_COMMITS
  :: d_step { me.at == LIST_MARKS ->
       me.to_prove = me.proven & ~commit_marks;
       if :: me.to_prove -> me.at = PUT_MARK :: else -> all_is_proven() fi }
#endif
#if GC
  :: d_step { me.at == LIST_UPLOADS ->  /* all are aborted in one step: gc does it one by one */
       for (i : 1 .. IDS) { abort_upload(i) }
       next_volume();
       recycle_ids() }
#endif

  /* 3: HEAD the name, and create the upload */
  :: d_step { me.at == HEAD_NAME && archive[me.name] == 0 ->
       found = 0;
       for (i : 1 .. IDS) {
         if :: !found && !upload[i] -> found = i :: else fi
       }
       model_is_large_enough = found != 0;
       assert(model_is_large_enough);
       me.id = found;
       name[found] = me.name;
       upload[found] = OPEN;
       me.at = GET_MEMBERS }
#if FOREIGN_ARCHIVE || ENVIRONMENT
  :: d_step { me.at == HEAD_NAME && archive[me.name] == FOREIGN -> next_free_name(me.name) }
#endif
  :: d_step { me.at == HEAD_NAME && archive[me.name] && archive[me.name] != FOREIGN ->
#if MUTANT == next_name
       next_free_name(me.name)
#elif OVERTAKEN
       if
       :: me.met & bit(archive[me.name]) && !(manifests & bit(archive[me.name])) ->
            me.target = archive[me.name];
            me.at = FIRST_OF_REMAKING
       :: else -> me.met = me.met | bit(archive[me.name]); start_again()
       fi
#else
       /* Still no proof after starting again would be damage, and there is none. */
       I5_last_run_finishes = !checked(5) || !(me.met & bit(archive[me.name]));
       assert(I5_last_run_finishes);
       me.met = me.met | bit(archive[me.name]);
       start_again()
#endif
     }

#if OVERTAKEN
  /* The archive was read whole. Its record is made again. */
#if MUTANT != remade_before_mark
  :: d_step { me.at == ANNOUNCE -> commit_marks = commit_marks | bit(me.target); me.at = AFTER_ANNOUNCEMENT }
#if MUTANT != remade_without_look
  :: d_step { me.at == LOOK_ONCE && take_back_marks & bit(me.target) -> end_run(r) }  /* an error */
  :: d_step { me.at == LOOK_ONCE && !(take_back_marks & bit(me.target)) -> me.at = REMAKE_INDEX }
#endif
#endif
  :: d_step { me.at == REMAKE_INDEX -> indexes = indexes | bit(me.target); me.at = REMAKE_MANIFEST }
  :: d_step { me.at == REMAKE_MANIFEST -> manifests = manifests | bit(me.target); start_again() }
#endif

  /* 4: GET with If-Match, upload parts */
#if GC
  :: d_step { me.at == GET_MEMBERS && upload[me.id] == GONE -> start_again() }  /* NoSuchUpload: gc took us for dead */
#endif
  :: d_step { me.at == GET_MEMBERS && upload[me.id] == OPEN ->
       list_sources();
       n = 0;
       do
       :: n == VOLUME_OBJECTS || !me.to_pack -> break
       :: else ->
            known = me.to_pack & ~without_lowest(me.to_pack);
            members[me.id] = members[me.id] | (known & found);  /* not in found: changed or vanished, left out */
            me.to_pack = me.to_pack & ~known;
            n++
       od;
       if
       :: members[me.id] -> me.at = AFTER_PACKING
       :: else -> abort_upload(me.id); next_volume(); recycle_ids()
       fi }

  /* 5 */
  :: d_step { me.at == PUT_INDEX -> put_index(); me.at = AFTER_INDEX }
  :: d_step { me.at == PUT_MANIFEST -> put_manifest(); me.at = AFTER_MANIFEST; me.target = me.id }
#if LATE_RECORDS
  /* Run 0's may arrive once more later, or go unanswered and arrive later or never: then it takes back what may be there. */
  :: d_step { me.at == PUT_INDEX && r == 0 -> put_index(); late_indexes = late_indexes | bit(me.id); me.at = AFTER_INDEX }
  :: d_step { me.at == PUT_INDEX && r == 0 -> late_indexes = late_indexes | bit(me.id); me.at = HEAD; me.target = me.id }
  :: d_step { me.at == PUT_MANIFEST && r == 0 ->
       put_manifest();
       late_manifests = late_manifests | bit(me.id);
       me.at = AFTER_MANIFEST;
       me.target = me.id }
  :: d_step { me.at == PUT_MANIFEST && r == 0 -> late_manifests = late_manifests | bit(me.id); me.at = HEAD; me.target = me.id }
#endif

#if !CONDITIONAL_COMPLETE
  /* 5b */
  :: d_step { me.at == FENCE ->  /* LIST the manifests of this name */
       for (i : 1 .. IDS) {
         if :: manifests & bit(i) && i != me.id && name[i] == me.name -> me.to_prove = me.to_prove | bit(i) :: else fi
       }
       next_to_fence() }
  :: d_step { me.at == FENCE_PROVE && !(manifests & bit(lowest(me.to_prove))) ->  /* its owner took it back */
       me.to_prove = without_lowest(me.to_prove);
       next_to_fence() }
  :: d_step { me.at == FENCE_PROVE && manifests & bit(lowest(me.to_prove)) ->
       if
       :: carries(me.name, lowest(me.to_prove)) -> me.to_prove = 0; me.at = HEAD; me.target = me.id
       :: else -> me.at = FENCE_ABORT
       fi }
  :: d_step { me.at == FENCE_ABORT ->
       abort_upload(lowest(me.to_prove));
       me.to_prove = without_lowest(me.to_prove);
       next_to_fence() }
  :: d_step { me.at == FENCE_HEAD && archive[me.name] == 0 -> me.at = AFTER_FENCE_HEAD }
  :: d_step { me.at == FENCE_HEAD && archive[me.name] -> me.at = HEAD; me.target = me.id }

#endif

  /* 6: what it answers changes nothing, so from here on it may have landed, be late or be lost */
  :: d_step { me.at == COMPLETE ->
       if :: upload[me.id] == OPEN -> upload[me.id] = SENT :: else fi;
#if MUTANT == delete_before_proof
       me.proven = me.proven | bit(me.id);
       next_volume()
#else
       me.at = AFTER_COMPLETE;
       me.target = me.id
#endif
     }

  /* 7: take_back(), of our own volume or, when coming from 2, of one that another run left */
  :: d_step { me.at == HEAD && carries(name[me.id], me.id) -> is_committed() }
  :: d_step { me.at == HEAD && !carries(name[me.id], me.id) && !(r == LAST && upload[me.id] == SENT && lets_complete(me.id)) ->
       me.at = FIRST_OF_TAKE_BACK }  /* the last run's requests are answered: it waits for its Complete */
#if OLD_VOLUME
  :: d_step { me.at == SEE_UPLOAD -> me.at = ABORT }  /* PROVE_MARK has seen already that it is unfinished */
#endif
  :: d_step { me.at == ABORT && may_take_back(r, me.target) -> abort_for_take_back(me.target); me.at = AFTER_ABORT }
  :: d_step { me.at == HEAD_AGAIN && carries(name[me.target], me.target) ->
       if
       :: me.target == me.id -> is_committed()
       :: else -> after_clean_up()  /* committed meanwhile; we have looked already, so step 3 will meet it */
       fi }
  :: d_step { me.at == HEAD_AGAIN && !carries(name[me.target], me.target) -> me.at = AFTER_HEADS }
#if MARKS
  :: d_step { me.at == SEE_MARK && !(commit_marks & bit(me.target)) -> me.at = AFTER_NO_MARK }
#if (ENVIRONMENT || OVERTAKEN) && RUNS > 1  /* another run put it */
  :: d_step { me.at == SEE_MARK && commit_marks & bit(me.target) -> is_lost() }
#endif
  :: d_step { me.at == PUT_TAKE_BACK -> take_back_marks = take_back_marks | bit(me.target); me.at = AFTER_TAKE_BACK_MARK }
  :: d_step { me.at == SEE_MARK_AGAIN && !(commit_marks & bit(me.target)) -> me.at = AFTER_NO_MARK_AGAIN }
#if (ENVIRONMENT || OVERTAKEN) && RUNS > 1  /* another run put it */
  :: d_step { me.at == SEE_MARK_AGAIN && commit_marks & bit(me.target) -> is_lost() }
#endif
#endif
  :: d_step { me.at == REMOVE_MANIFEST -> remove_manifest(me.target); me.at = REMOVE_INDEX }
#if MARKS && MUTANT != take_back_mark_first
  :: d_step { me.at == REMOVE_INDEX -> remove_index(me.target); me.at = REMOVE_TAKE_BACK }
  :: d_step { me.at == REMOVE_TAKE_BACK -> take_back_marks = take_back_marks & ~bit(me.target); taken_back() }
#else
  :: d_step { me.at == REMOVE_INDEX -> remove_index(me.target); taken_back() }
#endif
#if MUTANT == take_back_mark_first
  :: d_step { me.at == REMOVE_TAKE_BACK -> take_back_marks = take_back_marks & ~bit(me.target); me.at = REMOVE_MANIFEST }
#endif

  /* 8 */
  :: d_step { me.at == LIST_AGAIN ->
       list_sources();
       known = found;
       members_of(me.proven);
       me.to_delete = found & known;
       me.to_pack = 0;
#if MARKS && MUTANT != mark_after_delete
       for (i : 1 .. IDS) {  /* the mark was listed, and its record may be on its way out all the same */
         if
         :: me.proven & ~me.marked & bit(i) && members[i] & me.to_delete -> me.to_prove = me.to_prove | bit(i)
         :: else
         fi
       }
#endif
       if
       :: !me.to_delete -> end_run(r)
       :: me.to_delete && me.to_prove -> me.at = BEFORE_DELETE
       :: me.to_delete && !me.to_prove -> me.at = DELETE
       fi }
#if MARKS && MUTANT != mark_after_delete
  /* the mark, wherever it is put */
  :: d_step { me.at == PUT_MARK ->
       commit_marks = commit_marks | bit(lowest(me.to_prove));
#if MUTANT == take_back_not_looked_for
       me.at = SEE_MANIFEST
#else
       me.at = SEE_TAKE_BACK
#endif
     }
#if ENVIRONMENT || OVERTAKEN
  :: d_step { me.at == SEE_TAKE_BACK && take_back_marks & bit(lowest(me.to_prove)) -> end_run(r) }  /* an error */
#endif
  :: d_step { me.at == SEE_TAKE_BACK && !(take_back_marks & bit(lowest(me.to_prove))) ->
#if MUTANT == manifest_not_looked_for
       next_to_mark()
#else
       me.at = SEE_MANIFEST
#endif
     }
#if ENVIRONMENT || OVERTAKEN
  :: d_step { me.at == SEE_MANIFEST && !(manifests & bit(lowest(me.to_prove))) -> end_run(r) }  /* an error */
#endif
  :: d_step { me.at == SEE_MANIFEST && manifests & bit(lowest(me.to_prove)) -> next_to_mark() }
#endif
#if MUTANT == delete_without_etag
  :: d_step { me.at == DELETE ->
       if :: source[doomed_key] -> delete_object(doomed_key) :: else fi;
       next_to_delete() }
#elif CONDITIONAL_DELETE
  :: d_step { me.at == DELETE ->
       if :: source[doomed_key] == doomed_version -> delete_object(doomed_key) :: else fi;
       next_to_delete() }
  :: d_step { me.at == DELETE && r != LAST && source[doomed_key] == doomed_version ->  /* no answer: look again, try again */
       late_deletes = late_deletes | object(doomed_key, doomed_version);
       me.to_delete = 0;
       me.at = LIST_AGAIN }
#else
  /* The LIST of the batch and its DELETE are one step: that nobody overwrites an object between them is an assumption. */
  :: d_step { me.at == DELETE ->
       if :: source[doomed_key] == doomed_version -> delete_object(doomed_key) :: else fi;
       next_to_delete() }
  :: d_step { me.at == DELETE && r != LAST && source[doomed_key] == doomed_version ->  /* took effect, and no answer came */
       delete_object(doomed_key);
#if MUTANT == blind_resend
       me.at = RESEND }
  :: d_step { me.at == RESEND ->
       if :: source[doomed_key] -> delete_object(doomed_key) :: else fi;
       next_to_delete() }
#else
       me.to_delete = 0;
       me.at = LIST_AGAIN }
#endif
#endif

  /* 9 */
  :: me.at == ENDED -> break
  od;
  if
  :: r == LAST ->
       d_step {
         list_sources();
         I5_last_run_finishes = !checked(5) || found == 0;
         assert(I5_last_run_finishes)
       }
  :: else
  fi
}

/* ---- the others */

#define PUT(key) \
  :: d_step { !power_failed && versions[key] < VERSIONS -> \
       late_deletes = late_deletes & ~(source[key] -> object(key, source[key]) : 0);  /* its ETag is gone */ \
       versions[key]++; \
       source[key] = versions[key] }

proctype writer() {
end:
  do
  :: false  /* where no size lets it write, the loop needs an option all the same */
#if VERSIONS > 1
  PUT(0)
#endif
#if KEYS > 1 && (VERSIONS > 1 || AT_START < 2)
  PUT(1)
#endif
#if KEYS > 2 && (VERSIONS > 1 || AT_START < 3)
  PUT(2)
#endif
  od
}

#define LAND_COMPLETE(an_id) \
  :: d_step { an_id <= IDS && upload[an_id] == SENT && lets_complete(an_id) -> \
       I2_archive_never_changes = !checked(2) || archive[name[an_id]] == 0; \
       assert(I2_archive_never_changes); \
       committed_members(); \
       I4_archived_once = !checked(4) || (members[an_id] & found) == 0; \
       assert(I4_archived_once); \
       archive[name[an_id]] = an_id; \
       upload[an_id] = GONE; \
       check() }

#define LAND_DELETE(key) \
  :: d_step { source[key] && late_deletes & object(key, source[key]) -> delete_object(key) }

#define LAND_RECORDS(an_id) \
  :: d_step { an_id <= IDS && late_indexes & bit(an_id) -> \
       indexes = indexes | bit(an_id); late_indexes = late_indexes & ~bit(an_id) } \
  :: d_step { an_id <= IDS && late_manifests & bit(an_id) -> \
       manifests = manifests | bit(an_id); late_manifests = late_manifests & ~bit(an_id) }

/* Delivers what its sender doesn't wait for: sooner, later, or never. */
proctype network() {
end:
  do
  LAND_COMPLETE(1) LAND_COMPLETE(2) LAND_COMPLETE(3) LAND_COMPLETE(4) LAND_COMPLETE(5) LAND_COMPLETE(6)
#if CONDITIONAL_DELETE
  LAND_DELETE(0)
#if KEYS > 1
  LAND_DELETE(1)
#endif
#if KEYS > 2
  LAND_DELETE(2)
#endif
#endif
#if LATE_RECORDS
  LAND_RECORDS(1) LAND_RECORDS(2) LAND_RECORDS(3) LAND_RECORDS(4) LAND_RECORDS(5) LAND_RECORDS(6)
#endif
  od
}

#if GC
#define the_gc runs[THE_GC]
#define gc_is_idle (!power_failed && the_gc.at == 0)

#define END_UPLOAD(an_id) \
  :: d_step { an_id <= IDS && gc_is_idle && (upload[an_id] == OPEN || upload[an_id] == SENT) -> \
       abort_upload(an_id); recycle_ids() }

/* Which of the two it is, gc knows from its listings. */
#define TAKE_RECORD(an_id) \
  :: d_step { an_id <= IDS && gc_is_idle && manifests & bit(an_id) && !carries(name[an_id], an_id) && \
              may_take_back(THE_GC, an_id) -> \
       the_gc.target = an_id; the_gc.at = FIRST_OF_TAKE_BACK } \
  :: d_step { an_id <= IDS && gc_is_idle && !(manifests & bit(an_id)) && indexes & bit(an_id) && \
              may_take_back(THE_GC, an_id) -> \
       the_gc.target = an_id; the_gc.at = ABORT_UPLOADS }

inline gc_done() {
  the_gc.target = 0;
  the_gc.at = 0;
  recycle_ids()
}

/* Again and again, at age 0, whatever it finds and in any order. What runs do in step 2 is the same. */
proctype gc() {
end:
  do
  END_UPLOAD(1) END_UPLOAD(2) END_UPLOAD(3) END_UPLOAD(4) END_UPLOAD(5) END_UPLOAD(6)
  TAKE_RECORD(1) TAKE_RECORD(2) TAKE_RECORD(3) TAKE_RECORD(4) TAKE_RECORD(5) TAKE_RECORD(6)

  /* a manifest whose archive doesn't carry its id: take_back() */
#if OLD_VOLUME
  :: d_step { the_gc.at == SEE_UPLOAD && !may_be_committed(the_gc.target) -> the_gc.at = ABORT }
  :: d_step { the_gc.at == SEE_UPLOAD && may_be_committed(the_gc.target) -> gc_done() }
#endif
  :: d_step { the_gc.at == ABORT ->
       abort_for_take_back(the_gc.target);
       the_gc.at = AFTER_ABORT }
  :: d_step { the_gc.at == HEAD_AGAIN && carries(name[the_gc.target], the_gc.target) -> gc_done() }
  :: d_step { the_gc.at == HEAD_AGAIN && !carries(name[the_gc.target], the_gc.target) -> the_gc.at = AFTER_HEADS }
#if MARKS
  :: d_step { the_gc.at == SEE_MARK && !(commit_marks & bit(the_gc.target)) -> the_gc.at = AFTER_NO_MARK }
#if ENVIRONMENT || OVERTAKEN
  :: d_step { the_gc.at == SEE_MARK && commit_marks & bit(the_gc.target) -> gc_done() }
#endif
  :: d_step { the_gc.at == PUT_TAKE_BACK ->
       take_back_marks = take_back_marks | bit(the_gc.target);
       the_gc.at = AFTER_TAKE_BACK_MARK }
  :: d_step { the_gc.at == SEE_MARK_AGAIN && !(commit_marks & bit(the_gc.target)) -> the_gc.at = AFTER_NO_MARK_AGAIN }
#if ENVIRONMENT || OVERTAKEN
  :: d_step { the_gc.at == SEE_MARK_AGAIN && commit_marks & bit(the_gc.target) -> gc_done() }
#endif
#endif
  :: d_step { the_gc.at == REMOVE_MANIFEST -> remove_manifest(the_gc.target); the_gc.at = REMOVE_INDEX }
#if MARKS && MUTANT != take_back_mark_first
  :: d_step { the_gc.at == REMOVE_INDEX -> remove_index(the_gc.target); the_gc.at = REMOVE_TAKE_BACK }
  :: d_step { the_gc.at == REMOVE_TAKE_BACK -> take_back_marks = take_back_marks & ~bit(the_gc.target); gc_done() }
#else
  :: d_step { the_gc.at == REMOVE_INDEX -> remove_index(the_gc.target); gc_done() }
#endif
#if MUTANT == take_back_mark_first
  :: d_step { the_gc.at == REMOVE_TAKE_BACK ->
       take_back_marks = take_back_marks & ~bit(the_gc.target);
       the_gc.at = REMOVE_MANIFEST }
#endif

  /* an index without a manifest; that its archive carries its id would break I3 */
  :: d_step { the_gc.at == ABORT_UPLOADS ->
#if MUTANT != index_without_abort
       for (i : 1 .. IDS) {
         if :: name[i] == name[the_gc.target] -> abort_upload(i) :: else fi
       }
#endif
       the_gc.at = HEAD_MANIFEST }
  :: d_step { the_gc.at == HEAD_MANIFEST && manifests & bit(the_gc.target) -> gc_done() }
#if OVERTAKEN  /* its archive may come all the same: the index goes as a record goes, behind a take-back mark */
  :: d_step { the_gc.at == HEAD_MANIFEST && !(manifests & bit(the_gc.target)) && may_take_back(THE_GC, the_gc.target) ->
       the_gc.at = HEAD_AGAIN }
#else
  :: d_step { the_gc.at == HEAD_MANIFEST && !(manifests & bit(the_gc.target)) -> the_gc.at = REMOVE_INDEX }
#endif
  od
}
#endif

#if ENVIRONMENT
#define is_archive(a_name) (archive[a_name] && archive[a_name] != FOREIGN)

/* Deleted; copied onto itself without its metadata; undeleted, or copied back from somewhere; copied to another name. */
#define CHANGE_ARCHIVE(a_name, other_name) \
  :: d_step { changes_left && is_archive(a_name) -> \
       changes_left--; lost[a_name] = archive[a_name]; archive[a_name] = 0 } \
  :: d_step { changes_left && is_archive(a_name) -> \
       changes_left--; lost[a_name] = archive[a_name]; archive[a_name] = FOREIGN } \
  :: d_step { changes_left && lost[a_name] -> \
       changes_left--; archive[a_name] = lost[a_name]; lost[a_name] = 0 } \
  :: d_step { changes_left && is_archive(a_name) && archive[a_name] != archive[other_name] -> \
       changes_left--; \
       if :: is_archive(other_name) -> lost[other_name] = archive[other_name] :: else fi; \
       archive[other_name] = archive[a_name] }

proctype environment() {
end:
  do
  CHANGE_ARCHIVE(1, 2) CHANGE_ARCHIVE(2, 1)
  od
}
#endif

init {
  atomic {
    for (i : 0 .. AT_START - 1) { source[i] = 1; versions[i] = 1 }
    for (i : 0 .. RUNS) { runs[i].at = LIST_SOURCES }
#if FOREIGN_ARCHIVE
    archive[1] = FOREIGN;
#endif
#if OLD_VOLUME
    archive[1] = 1; name[1] = 1; upload[1] = GONE; members[1] = object(0, 1);
    manifests = bit(1); indexes = bit(1); old_manifests = bit(1);
    source[0] = 0; deleted = object(0, 1);
#endif
#if ENVIRONMENT
    run environment();
#endif
    run network();
    run writer();
#if GC
    run gc();
#endif
    for (i : 0 .. RUNS) { run s3compress(i) }
  }
}
