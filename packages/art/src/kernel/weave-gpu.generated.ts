/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const weaveShader = `
var<private> SLOTS: array<i32, 32>;

fn low16(a: i32) -> i32 { return (a << 16u) >> 16u; }
fn halves16(low: i32, high: i32) -> i32 { return (low & 0xffff) | (high << 16u); }
fn dot16(a: i32, b: i32) -> i32 { return low16(a) * low16(b) + (a >> 16u) * (b >> 16u); }
fn sub16(a: i32, b: i32) -> i32 { return halves16(a - b, (a >> 16u) - (b >> 16u)); }
fn min16(a: i32, b: i32) -> i32 { return halves16(min(low16(a), low16(b)), min(a >> 16u, b >> 16u)); }
fn mul16(a: i32, b: i32) -> i32 {
  return halves16((low16(a) * low16(b) + 0x4000) >> 15u, ((a >> 16u) * (b >> 16u) + 0x4000) >> 15u);
}
fn shl16(a: i32, n: i32) -> i32 { return halves16(a << u32(n), (a >> 16u) << u32(n)); }
fn shr16(a: i32, n: i32) -> i32 { return halves16(low16(a) >> u32(n), (a >> 16u) >> u32(n)); }

fn onPlate_(plate_0: i32, x_1: i32, y_2: i32) -> bool {
  var halfWidth_3: i32 = memory[(plate_0) >> 2u];
  var halfHeight_4: i32 = memory[(((plate_0) + (4))) >> 2u];
  if (((memory[(((plate_0) + (8))) >> 2u]) != (0))) {
    return ((((((x_1) * (x_1))) + (((y_2) * (y_2))))) < (((halfWidth_3) * (halfWidth_3))));
  }
  return (((((x_1) < (halfWidth_3)) && ((x_1) >= (((0) - (halfWidth_3))))) && ((y_2) < (halfHeight_4))) && ((y_2) >= (((0) - (halfHeight_4)))));
}

fn clamp_(x_0: i32, low_1: i32, high_2: i32) -> i32 {
  return min(max(x_0, low_1), high_2);
}

fn isUp_(i_0: i32, j_1: i32, twill_2: bool) -> bool {
  return select(((((((i_0) + (j_1))) & (1))) == (0)), ((((((i_0) + (j_1))) & (3))) < (2)), twill_2);
}

fn roleAt_(s_0: i32, i_1: i32, j_2: i32) -> i32 {
  return memory[(((memory[(((s_0) + (136))) >> 2u]) + (((((((j_2) * (memory[(((s_0) + (44))) >> 2u]))) + (i_1))) << u32(2))))) >> 2u];
}

fn paint0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32) {
  var colourAt_2: i32 = memory[(colour_1) >> 2u];
  (*out_0)[0] = memory[(colourAt_2) >> 2u];
  (*out_0)[1] = memory[(((colourAt_2) + (4))) >> 2u];
  (*out_0)[2] = memory[(((colourAt_2) + (8))) >> 2u];
}

fn finish_(mixed_0: i32) -> i32 {
  var h_1: i32 = mixed_0;
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(15))))) * (i32(-2048144789)));
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(13))))) * (i32(-1028477387)));
  return ((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(16))));
}

fn latticeHash_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  return finish_(((((((x_0) * (668265261))) ^ (((y_1) * (374761393))))) ^ (((((seed_2) + (1))) * (i32(-1640531535))))));
}

fn fadeOf_(t_0: i32) -> i32 {
  var square_1: i32 = dot16(t_0, t_0);
  var cube_2: i32 = ((dot16(((square_1) >> u32(13)), t_0)) >> u32(13));
  var rest_3: i32 = ((((((((((((square_1) << u32(2))) + (((square_1) << u32(1))))) >> u32(13))) - (((t_0) << u32(4))))) + (t_0))) + (81920));
  return ((((cube_2) * (rest_3))) >> u32(13));
}

fn noiseOf_(cellX_0: i32, cellY_1: i32, seed_2: i32, fx_3: i32, fy_4: i32) -> i32 {
  var u_5: i32 = fadeOf_(fx_3);
  var v_6: i32 = fadeOf_(fy_4);
  var left_7: i32 = ((cellX_0) * (668265261));
  var right_8: i32 = ((left_7) + (668265261));
  var s_9: i32 = ((((seed_2) + (1))) * (i32(-1640531535)));
  var row_10: i32 = ((cellY_1) * (374761393));
  var top_11: i32 = ((row_10) ^ (s_9));
  var bottom_12: i32 = ((((row_10) + (374761393))) ^ (s_9));
  var place_13: i32 = ((fx_3) | (((fy_4) << u32(16))));
  var a_14: i32 = ((dot16(memory[(((72) + (((((finish_(((left_7) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], place_13)) >> u32(12));
  var b_15: i32 = ((dot16(memory[(((72) + (((((finish_(((right_8) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 8192))) >> u32(12));
  var c_16: i32 = ((dot16(memory[(((72) + (((((finish_(((left_7) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536870912))) >> u32(12));
  var d_17: i32 = ((dot16(memory[(((72) + (((((finish_(((right_8) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536879104))) >> u32(12));
  var ab_18: i32 = ((a_14) + (((dot16(((b_15) - (a_14)), u_5)) >> u32(13))));
  var cd_19: i32 = ((c_16) + (((dot16(((d_17) - (c_16)), u_5)) >> u32(13))));
  var n_20: i32 = ((ab_18) + (((dot16(((cd_19) - (ab_18)), v_6)) >> u32(13))));
  return ((((((n_20) << u32(1))) + (n_20))) >> u32(1));
}

fn noise_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  return noiseOf_(((x_0) >> u32(13)), ((y_1) >> u32(13)), seed_2, ((x_0) & (8191)), ((y_1) & (8191)));
}

fn mul_(a_0: i32, b_1: i32) -> i32 {
  return ((((a_0) * (b_1))) >> u32(13));
}

fn dim0_(out_0: ptr<function, array<i32, 3>>, k_1: i32) {
  (*out_0)[0] = (((((*out_0)[0]) * (k_1))) >> u32(13));
  (*out_0)[1] = (((((*out_0)[1]) * (k_1))) >> u32(13));
  (*out_0)[2] = (((((*out_0)[2]) * (k_1))) >> u32(13));
}

fn shadeWeave3_(c_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var s_4: i32 = memory[(((c_0) + (12))) >> 2u];
  var px_5: i32 = ((((x_1) + (8192))) * (memory[(((c_0) + (44))) >> 2u]));
  var py_6: i32 = ((((y_2) + (8192))) * (memory[(((c_0) + (44))) >> 2u]));
  var i_7: i32 = clamp_(((px_5) >> u32(14)), 0, ((memory[(((c_0) + (44))) >> 2u]) - (1)));
  var j_8: i32 = clamp_(((py_6) >> u32(14)), 0, ((memory[(((c_0) + (44))) >> 2u]) - (1)));
  var fx_9: i32 = ((((px_5) & (16383))) - (8192));
  var fy_10: i32 = ((((py_6) & (16383))) - (8192));
  var up_11: bool = isUp_(i_7, j_8, ((memory[(((c_0) + (48))) >> 2u]) != (0)));
  var warp_12: bool = select(select(up_11, ((0) != (0)), ((memory[(((c_0) + (40))) >> 2u]) == (1))), ((0) == (0)), ((memory[(((c_0) + (40))) >> 2u]) == (0)));
  paint0_(out_3, ((memory[(((c_0) + (16))) >> 2u]) + (((roleAt_(c_0, i_7, j_8)) << u32(3)))));
  var across_13: i32 = select(fy_10, fx_9, warp_12);
  var along_14: i32 = select(fx_9, fy_10, warp_12);
  var thread_15: i32 = select(j_8, i_7, warp_12);
  var own_16: i32 = ((((((latticeHash_(thread_15, select(4, 3, warp_12), s_4)) & (1023))) - (512))) >> u32(1));
  var cell_17: i32 = ((((((latticeHash_(i_7, j_8, ((s_4) + (9)))) & (1023))) - (512))) >> u32(1));
  var twist_18: i32 = select(((noise_(((((x_1) * (5))) + (((y_2) * (9)))), ((y_2) * (30)), ((s_4) + (5)))) + (((noise_(((x_1) * (14)), ((y_2) * (60)), ((s_4) + (6)))) >> u32(1)))), ((noise_(((x_1) * (30)), ((((y_2) * (5))) + (((x_1) * (9)))), ((s_4) + (5)))) + (((noise_(((x_1) * (60)), ((y_2) * (14)), ((s_4) + (6)))) >> u32(1)))), warp_12);
  var dip_19: i32 = select(((mul_(along_14, along_14)) >> u32(1)), mul_(along_14, along_14), (((memory[(((c_0) + (40))) >> 2u]) == (2)) || up_11));
  var round_20: i32 = ((((mul_(mul_(across_13, across_13), 1900)) + (mul_(dip_19, 1300)))) + (select(500, 0, up_11)));
  dim0_(out_3, ((((((((((8192) - (mul_(round_20, memory[(((c_0) + (152))) >> 2u])))) + (own_16))) + (cell_17))) + (mul_(((twist_18) >> u32(3)), memory[(((c_0) + (148))) >> 2u])))) - (mul_(across_13, 300))));
}

fn tassel_(c_0: i32, x_1: i32, y_2: i32, below_3: i32) -> i32 {
  if (((((below_3) < (0)) || ((x_1) >= (memory[(c_0) >> 2u]))) || ((x_1) < (((0) - (memory[(c_0) >> 2u])))))) {
    return i32(-1);
  }
  var bundle_4: i32 = select(4, 2, ((memory[(((c_0) + (144))) >> 2u]) == (1)));
  var pitch_5: i32 = ((((16384) * (bundle_4))) / (memory[(((c_0) + (44))) >> 2u]));
  var n_6: i32 = ((((x_1) + (8192))) / (pitch_5));
  var h_7: i32 = latticeHash_(n_6, select(2, 1, ((y_2) < (0))), ((memory[(((c_0) + (12))) >> 2u]) + (70)));
  if (((below_3) > (((420) + (((h_7) & (255))))))) {
    return i32(-1);
  }
  var sway_8: i32 = ((mul_(below_3, ((((((h_7) >> u32(8))) & (2047))) - (1024)))) + (((noise_(((below_3) * (12)), ((n_6) * (5000)), ((memory[(((c_0) + (12))) >> 2u]) + (71)))) >> u32(7))));
  var from_9: i32 = max(((((((((x_1) + (8192))) % (pitch_5))) - (((pitch_5) >> u32(1))))) - (sway_8)), ((0) - (((((((((x_1) + (8192))) % (pitch_5))) - (((pitch_5) >> u32(1))))) - (sway_8)))));
  var wide_10: i32 = select(select(((((pitch_5) * (3))) >> u32(3)), ((pitch_5) >> u32(2)), (((below_3) > (110)) && ((below_3) < (170)))), ((((pitch_5) >> u32(1))) - (((below_3) >> u32(5)))), ((memory[(((c_0) + (144))) >> 2u]) == (1)));
  return select(i32(-1), ((((from_9) * (8192))) / (wide_10)), ((from_9) < (wide_10)));
}

fn beyond_(half_0: i32, threads_1: i32) -> i32 {
  return ((((((8192) - (half_0))) * (threads_1))) / (16384));
}

fn threadAt_(x_0: i32, threads_1: i32) -> i32 {
  return clamp_(((((((x_0) + (8192))) * (threads_1))) >> u32(14)), 0, ((threads_1) - (1)));
}

fn sheetShadow3_(plate_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  {
    var k_4: i32 = 0;
    loop {
      if (!(((k_4) < (6)))) { break; }
      var d_5: i32 = ((24) + (((k_4) * (24))));
      if (onPlate_(plate_0, ((x_1) - (d_5)), ((y_2) - (d_5)))) {
        dim0_(out_3, ((8192) - (((((6) - (k_4))) * (150)))));
        return;
      }
      continuing {
        k_4 = ((k_4) + (1));
      }
    }
  }
}

fn surroundWeave3_(c_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var halfWidth_4: i32 = memory[(c_0) >> 2u];
  var halfHeight_5: i32 = memory[(((c_0) + (4))) >> 2u];
  if (((((memory[(((c_0) + (144))) >> 2u]) > (0)) && ((x_1) < (((halfWidth_4) + (40))))) && ((x_1) >= (((0) - (halfWidth_4)))))) {
    var below_6: i32 = ((max(y_2, ((0) - (y_2)))) - (halfHeight_5));
    if ((((below_6) >= (0)) && ((below_6) < (900)))) {
      var shaded_7: i32 = tassel_(c_0, ((x_1) - (26)), y_2, ((below_6) - (26)));
      var own_8: i32 = tassel_(c_0, x_1, y_2, below_6);
      if (((own_8) >= (0))) {
        var first_9: i32 = beyond_(halfHeight_5, memory[(((c_0) + (44))) >> 2u]);
        var edge_10: i32 = select(((((memory[(((c_0) + (44))) >> 2u]) - (1))) - (first_9)), first_9, ((y_2) < (0)));
        paint0_(out_3, ((memory[(((c_0) + (16))) >> 2u]) + (((select(roleAt_(c_0, threadAt_(x_1, memory[(((c_0) + (44))) >> 2u]), edge_10), 0, ((memory[(((c_0) + (40))) >> 2u]) == (1)))) << u32(3)))));
        dim0_(out_3, ((((7692) - (mul_(mul_(own_8, own_8), 2600)))) + (((noise_(((x_1) * (40)), ((y_2) * (6)), ((memory[(((c_0) + (12))) >> 2u]) + (8)))) >> u32(3)))));
        return;
      }
      if (((shaded_7) >= (0))) {
        dim0_(out_3, 7092);
        return;
      }
    }
  }
  sheetShadow3_(c_0, x_1, y_2, out_3);
}

fn cube_(c_0: i32) -> i32 {
  return ((((((((c_0) * (c_0))) >> u32(10))) * (c_0))) >> u32(12));
}

fn toLinear0_(out_0: ptr<function, array<i32, 3>>) {
  var L_1: i32 = ((clamp_((*out_0)[0], 0, 4096)) << u32(12));
  var a_2: i32 = clamp_((*out_0)[1], i32(-1400), 1400);
  var b_3: i32 = clamp_((*out_0)[2], i32(-1400), 1400);
  var l_4: i32 = cube_(((((((L_1) + (((1623) * (a_2))))) + (((884) * (b_3))))) >> u32(12)));
  var m_5: i32 = cube_(((((((L_1) - (((432) * (a_2))))) - (((262) * (b_3))))) >> u32(12)));
  var s_6: i32 = cube_(((((((L_1) - (((366) * (a_2))))) - (((5290) * (b_3))))) >> u32(12)));
  (*out_0)[0] = clamp_(((((((((16698) * (l_4))) - (((13549) * (m_5))))) + (((946) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[1] = clamp_(((((((((i32(-5196)) * (l_4))) + (((10690) * (m_5))))) - (((1399) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[2] = clamp_(((((((((i32(-17)) * (l_4))) - (((2881) * (m_5))))) + (((6995) * (s_6))))) >> u32(12)), 0, 16384);
}

fn sampleLight_(canvas_0: i32, X_1: i32, Y_2: i32, grain_3: i32, out_4: ptr<function, array<i32, 3>>) {
  var plate_5: i32 = canvas_0;
  var scale_6: i32 = memory[(((canvas_0) + (12))) >> 2u];
  var finish_7: i32 = ((canvas_0) + (28));
  var x_8: i32 = ((((X_1) * (scale_6))) >> u32(14));
  var y_9: i32 = ((((Y_2) * (scale_6))) >> u32(14));
  if (onPlate_(plate_5, x_8, y_9)) {
    shadeWeave3_(finish_7, x_8, y_9, out_4);
    if (((memory[(((canvas_0) + (24))) >> 2u]) != (0))) {
      (*out_4)[0] = clamp_((*out_4)[0], 0, 16384);
      (*out_4)[1] = clamp_((*out_4)[1], 0, 16384);
      (*out_4)[2] = clamp_((*out_4)[2], 0, 16384);
      return;
    }
    (*out_4)[0] = (((*out_4)[0]) + (grain_3));
  } else {
    paint0_(out_4, ((canvas_0) + (16)));
    (*out_4)[0] = (((((*out_4)[0]) + (((grain_3) >> u32(1))))) + (((noise_(X_1, Y_2, 3)) >> u32(9))));
    surroundWeave3_(finish_7, x_8, y_9, out_4);
  }
  toLinear0_(out_4);
}
`;
