;; Masking in place (RFC 6455 5.3) with 128-bit SIMD, in memory of its own. Reads and writes nothing outside [at, end).
;; All offsets count from $begin, the middle of a page: simd.ts says why, and has the same number.
(module
  (memory (export "memory") 1)
  (global $begin i32 (i32.const 0x800))

  ;; $at, $end: offsets of the first byte and after the last. $key: the masking key of the byte at $at, first key byte lowest.
  ;; Returns 0 if all bytes of the result are ASCII, for those who validate text next; it costs nothing beside the stores.
  (func $mask (export "mask") (param $at i32) (param $end i32) (param $key i32) (result i32)
    (local $keys v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $seen v128) (local $rest i32) (local $word i32)
    (local.set $at (i32.add (local.get $at) (global.get $begin)))
    (local.set $end (i32.add (local.get $end) (global.get $begin)))
    (local.set $keys (i32x4.splat (local.get $key)))

    ;; 64 bytes a turn.
    (block $done64
      (loop $next64
        (br_if $done64 (i32.gt_u (i32.add (local.get $at) (i32.const 64)) (local.get $end)))
        (local.set $a (v128.xor (v128.load           (local.get $at)) (local.get $keys)))
        (local.set $b (v128.xor (v128.load offset=16 (local.get $at)) (local.get $keys)))
        (local.set $c (v128.xor (v128.load offset=32 (local.get $at)) (local.get $keys)))
        (local.set $d (v128.xor (v128.load offset=48 (local.get $at)) (local.get $keys)))
        (v128.store           (local.get $at) (local.get $a))
        (v128.store offset=16 (local.get $at) (local.get $b))
        (v128.store offset=32 (local.get $at) (local.get $c))
        (v128.store offset=48 (local.get $at) (local.get $d))
        (local.set $seen
          (v128.or (local.get $seen)
            (v128.or (v128.or (local.get $a) (local.get $b)) (v128.or (local.get $c) (local.get $d)))))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $next64)))

    ;; 16 bytes a turn.
    (block $done16
      (loop $next16
        (br_if $done16 (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
        (local.set $a (v128.xor (v128.load (local.get $at)) (local.get $keys)))
        (v128.store (local.get $at) (local.get $a))
        (local.set $seen (v128.or (local.get $seen) (local.get $a)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next16)))

    ;; 4 bytes a turn.
    (block $done4
      (loop $next4
        (br_if $done4 (i32.gt_u (i32.add (local.get $at) (i32.const 4)) (local.get $end)))
        (local.set $word (i32.xor (i32.load (local.get $at)) (local.get $key)))
        (i32.store (local.get $at) (local.get $word))
        (local.set $rest (i32.or (local.get $rest) (local.get $word)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $next4)))

    ;; The last bytes, with the key's own bytes one after the other.
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $word (i32.and (i32.xor (i32.load8_u (local.get $at)) (local.get $key)) (i32.const 0xff)))
        (i32.store8 (local.get $at) (local.get $word))
        (local.set $rest (i32.or (local.get $rest) (local.get $word)))
        (local.set $key (i32.shr_u (local.get $key) (i32.const 8)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))

    (i32.or
      (i8x16.bitmask (local.get $seen))
      (i32.and (local.get $rest) (i32.const 0x80808080))))

  ;; Walks masked frames (RFC 6455 5.2) that stand one behind the other from $at on, and masks the payload of each where it
  ;; stands. Stops at the first one that is not whole before $end, or that it cannot tell to be one that may be masked: bit 1 of
  ;; the byte at $kinds + its first byte says so; a length of 64 bits, or not in its shortest form, or of more than $limit, it
  ;; leaves to others. At $table it writes four words for each: its first byte, the offsets of its payload's first byte and after
  ;; the last, and 0 if all bytes of the payload are ASCII then. Returns how many, at most $max.
  (func (export "maskFrames")
    (param $at i32) (param $end i32) (param $kinds i32) (param $table i32) (param $max i32) (param $limit i32) (result i32)
    (local $first i32) (local $length i32) (local $from i32) (local $to i32) (local $count i32)
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $count) (local.get $max)))
        (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 6)) (local.get $end)))
        (local.set $first (i32.load8_u offset=0x800 (local.get $at)))
        (br_if $done
          (i32.eqz (i32.and
            (i32.load8_u offset=0x800 (i32.add (local.get $kinds) (local.get $first)))
            (i32.const 2))))
        (local.set $length (i32.load8_u offset=0x801 (local.get $at)))
        (br_if $done (i32.lt_u (local.get $length) (i32.const 0x80)))
        (local.set $length (i32.and (local.get $length) (i32.const 0x7f)))
        (local.set $from (i32.add (local.get $at) (i32.const 6)))
        (if (i32.gt_u (local.get $length) (i32.const 125)) (then
          (br_if $done (i32.eq (local.get $length) (i32.const 127)))
          (local.set $length
            (i32.or
              (i32.shl (i32.load8_u offset=0x802 (local.get $at)) (i32.const 8))
              (i32.load8_u offset=0x803 (local.get $at))))
          (br_if $done (i32.lt_u (local.get $length) (i32.const 126)))
          (local.set $from (i32.add (local.get $at) (i32.const 8)))))
        (br_if $done (i32.gt_u (local.get $length) (local.get $limit)))
        (local.set $to (i32.add (local.get $from) (local.get $length)))
        (br_if $done (i32.gt_u (local.get $to) (local.get $end)))
        (i32.store offset=0x800 (local.get $table) (local.get $first))
        (i32.store offset=0x804 (local.get $table) (local.get $from))
        (i32.store offset=0x808 (local.get $table) (local.get $to))
        (i32.store offset=0x80c (local.get $table)
          (call $mask
            (local.get $from)
            (local.get $to)
            (i32.load offset=0x800 (i32.sub (local.get $from) (i32.const 4)))))
        (local.set $table (i32.add (local.get $table) (i32.const 16)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (local.set $at (local.get $to))
        (br $next)))
    (local.get $count)))
