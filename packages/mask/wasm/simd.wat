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
    (local.get $count))

  ;; Returns 1 if the bytes are whole characters of UTF-8 (RFC 3629 section 4), 0 if one is wrong or the last character is cut.
  ;; Judges 16 bytes at once by three tables (Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte").
  ;; A table says, for half a byte, which of eight faults two neighbours may have; it is one if all three tables say so:
  ;;   01  a lead byte without a continuation byte after it    02  a continuation byte after ASCII
  ;;   04  E0 80..9F, overlong                                 08  F4..FF 90..BF, above U+10FFFF
  ;;   10  ED A0..BF, a surrogate                              20  C0, C1, overlong
  ;;   40  F0 80..8F, overlong, and F5..FF 80..8F              80  two continuation bytes
  ;; The last one is right where a lead byte of three or four stands before them, and a fault where there it is missing.
  (func (export "isUtf8") (param $at i32) (param $end i32) (result i32)
    (local $ascii i32) (local $now v128) (local $before v128) (local $prev v128) (local $faults v128)
    (local.set $at (i32.add (local.get $at) (global.get $begin)))
    (local.set $end (i32.add (local.get $end) (global.get $begin)))
    (loop $next
      ;; 64 bytes a turn while they are ASCII: only the character before them may be cut. $ascii: where to look for them next.
      (if (i32.and
            (i32.ge_u (local.get $at) (local.get $ascii))
            (i32.le_u (i32.add (local.get $at) (i32.const 64)) (local.get $end)))
        (then
          (local.set $ascii (i32.add (local.get $at) (i32.const 64)))
          (if (i32.eqz (i8x16.bitmask
                (v128.or
                  (v128.or (v128.load           (local.get $at)) (v128.load offset=16 (local.get $at)))
                  (v128.or (v128.load offset=32 (local.get $at)) (v128.load offset=48 (local.get $at))))))
            (then
              ;; More than 0 where a lead byte is too near to the end: F0..FF, E0..FF and C0..FF in the last three places.
              (local.set $faults
                (v128.or (local.get $faults)
                  (i8x16.sub_sat_u (local.get $before)
                    (v128.const i8x16 0xff 0xff 0xff 0xff 0xff 0xff 0xff 0xff 0xff 0xff 0xff 0xff 0xff 0xef 0xdf 0xbf))))
              (local.set $before (v128.const i32x4 0 0 0 0))
              (local.set $at (local.get $ascii))
              (br $next)))))

      ;; 16 bytes, or what is left of them (perhaps none) with zeros behind: there is always a zero after the last byte, and so a
      ;; cut character is a fault. What is left is read as the end of the 16 bytes before $end, of which some may stand before
      ;; the text, and moved to the front; the swizzle leaves the others out. Nothing is read behind $end.
      (if (i32.le_u (i32.add (local.get $at) (i32.const 16)) (local.get $end))
        (then (local.set $now (v128.load (local.get $at))))
        (else
          (local.set $now
            (i8x16.swizzle
              (v128.load (i32.sub (local.get $end) (i32.const 16)))
              (i8x16.add
                (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
                (i8x16.splat (i32.sub (i32.add (local.get $at) (i32.const 16)) (local.get $end))))))))

      ;; $prev: at each place the byte before it.
      (local.set $prev
        (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 (local.get $before) (local.get $now)))
      (local.set $faults
        (v128.or (local.get $faults)
          (v128.xor
            ;; 80 where the second byte before is E0..FF or the third F0..FF: a third or fourth byte has to stand here.
            (v128.and
              (v128.or
                (i8x16.sub_sat_u
                  (i8x16.shuffle 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 (local.get $before) (local.get $now))
                  (i8x16.splat (i32.const 0x60)))
                (i8x16.sub_sat_u
                  (i8x16.shuffle 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 (local.get $before) (local.get $now))
                  (i8x16.splat (i32.const 0x70))))
              (i8x16.splat (i32.const 0x80)))
            (v128.and
              (v128.and
                ;; By the first half of the byte before, by its second half, and by the first half of the byte.
                (i8x16.swizzle
                  (v128.const i8x16 0x02 0x02 0x02 0x02 0x02 0x02 0x02 0x02 0x80 0x80 0x80 0x80 0x21 0x01 0x15 0x49)
                  (i8x16.shr_u (local.get $prev) (i32.const 4)))
                (i8x16.swizzle
                  (v128.const i8x16 0xe7 0xa3 0x83 0x83 0x8b 0xcb 0xcb 0xcb 0xcb 0xcb 0xcb 0xcb 0xcb 0xdb 0xcb 0xcb)
                  (v128.and (local.get $prev) (i8x16.splat (i32.const 0x0f)))))
              (i8x16.swizzle
                (v128.const i8x16 0x01 0x01 0x01 0x01 0x01 0x01 0x01 0x01 0xe6 0xae 0xba 0xba 0x01 0x01 0x01 0x01)
                (i8x16.shr_u (local.get $now) (i32.const 4)))))))
      (local.set $before (local.get $now))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.le_u (local.get $at) (local.get $end))))
    (i32.eqz (v128.any_true (local.get $faults)))))
